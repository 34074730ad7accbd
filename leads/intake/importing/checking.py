"""What taking a file in would do, without doing it: every row counted, and the first ones shown."""

from collections import Counter
from collections.abc import Callable
from datetime import datetime

from leads.intake.importing.alone import read_rows, reader_of
from leads.intake.importing.marking import COUNTED
from leads.intake.importing.models import Import, ImportRow
from leads.intake.importing.refusals import Refused
from leads.intake.importing.running import held, next_rows
from leads.intake.importing.standing import Seen, foresee, known_of

MOST_REASONS = 50


def check_import(
    *, import_id: int, now: datetime, progress: Callable[[int], object] = lambda _: None
) -> bool:
    """Count what each row of a file would do, and keep it on the file; False where another worker
    is at it, or nothing is asked. Nothing else is written."""
    with held(import_id) as mine:
        file = Import.objects.filter(pk=import_id, state=Import.State.CHECKING).first()
        if not mine or file is None:
            return False
        reader, seen = reader_of(file, now), Seen()
        counts: Counter[str] = Counter()
        reasons: Counter[tuple[str, str]] = Counter()
        after = done = 0
        while batch := next_rows(file.pk, after):
            after = batch[-1].number
            read = read_rows(reader, batch)
            known = known_of([one for _, one in read if not isinstance(one, Refused)])
            for _, wanted in read:
                if isinstance(wanted, Refused):
                    counts["refused"] += 1
                    _count(reasons, wanted)
                    continue
                outcome, _ = foresee(wanted, known, seen)
                seen.add(wanted)
                counts[COUNTED[ImportRow.Outcome(outcome)]] += 1
            done += len(batch)
            progress(len(batch))
            Import.objects.filter(pk=file.pk).update(checked={"done": done})
        found = {
            **{name: counts[name] for name in COUNTED.values()},
            "reasons": [[name, why, n] for (name, why), n in reasons.most_common(MOST_REASONS)],
        }
        checking = Import.objects.filter(pk=file.pk, state=Import.State.CHECKING)
        checking.update(state=Import.State.CHECKED, checked=found)
    return True


def _count(reasons: "Counter[tuple[str, str]]", refused: Refused) -> None:
    """Reasons that quote a value differ in each row: beyond some they are counted together."""
    key = (refused.field, refused.cure)
    if key not in reasons and len(reasons) >= 1_000:
        key = (refused.field, "Other reasons.")
    reasons[key] += 1
