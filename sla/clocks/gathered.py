"""The clocks of many leads that begin at once: worked out in memory as the engine does it for one,
and written together. What is the same for many, such as an agreed time from one instant on, is
reckoned once."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from leadbridge.kernel.copying import change_rows, copy_rows, point, twin
from leads.handoff.changes import Agenda, Change, Gathering
from leads.handoff.models import Lead
from leads.handoff.stages import Action
from sla.clocks.beginning import owner_of, start
from sla.clocks.engine import ENDING, Plan, agenda_of, plan, turn
from sla.clocks.kinds import DueBy, Kind
from sla.clocks.models import Clock
from sla.clocks.news import tell_of_many
from sla.clocks.relief import Reliefs
from sla.clocks.states import IS_RUNNING
from sla.clocks.terms import ReadOnce, reading_once

NAME = "sla.clocks"
_ALIKE = frozenset({Action.CAPTURE, Action.SUBMIT})


def gathered_clocks(gathering: Gathering) -> "GatheredClocks":
    """What the clocks remember of a gathering; begun with its first change."""
    found = gathering.kept.get(NAME)
    if not isinstance(found, GatheredClocks):
        found = GatheredClocks(gathering.known)
        gathering.kept[NAME] = found
        gathering.writers.append(found.write)
    return found


@dataclass
class GatheredClocks:
    """Clocks and news that are not written yet. `known`: leads whose clocks may run already."""

    known: list[Lead] = field(default_factory=list)
    clocks: list[Clock] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)
    touched: list[Clock] = field(default_factory=list)
    _running: dict[int, list[Clock]] = field(default_factory=dict)
    _plans: dict[object, Plan] = field(default_factory=dict)
    _patterns: dict[object, Clock | None] = field(default_factory=dict)
    _reliefs: Reliefs = field(default_factory=Reliefs)
    _once: ReadOnce = field(default_factory=ReadOnce)

    def on_change(self, change: Change) -> Agenda | None:
        """As the engine does it, with nothing written yet."""
        of_lead = id(change.lead)
        if change.from_stage and of_lead not in self._running:
            self._read_known()
        running = self._running.get(of_lead, [])
        with reading_once(self._once):
            turned = turn(
                change, running, begin=self._begin, relieve=self._reliefs.relief_of,
                planner=self._plan,
            )  # fmt: skip
        self.clocks += turned.started
        self.changes.append(change)
        self._running[of_lead] = turned.running
        self.touched += [c for c in (*turned.ended, *turned.handed_on) if not c._state.adding]
        return agenda_of(turned.running)

    def _plan(self, change: Change, running: Collection[str]) -> Plan:
        """The table is asked once for all changes that are alike to it."""
        lead = change.lead
        alike = (
            change.action, change.from_stage, lead.stage, change.actor is None, *running,
        )  # fmt: skip
        found = self._plans.get(alike)
        if found is None:
            found = self._plans[alike] = plan(change, running)
        return found

    def _begin(
        self, kind: Kind, change: Change, ended: Sequence[Clock], relief: str
    ) -> Clock | None:
        """A clock like the one of another lead that began at the same instant on the same terms."""
        if change.action not in _ALIKE or kind.due_by is not DueBy.TARGET:
            return start(kind, change, ended, relief)
        lead = change.lead
        terms = (
            kind.name, change.now, *owner_of(kind, lead), lead.tier, lead.team_id, lead.source,
            relief,
        )  # fmt: skip
        if terms not in self._patterns:
            begun = start(kind, change, ended, relief)
            self._patterns[terms] = begun and twin(begun)  # what is begun may yet be ended
            return begun
        pattern = self._patterns[terms]
        if pattern is None:
            return None
        clock = twin(pattern)
        clock.lead, clock.started_by = lead, change.event
        return clock

    def _read_known(self) -> None:
        """The clocks that run on leads which there were already, locked; read once for all."""
        by_id = {lead.pk: lead for lead in self.known}
        for lead in self.known:
            self._running[id(lead)] = []
        clocks = Clock.objects.filter(IS_RUNNING, lead__in=by_id)
        for clock in clocks.select_for_update(no_key=True).order_by("pk"):
            self._running[id(by_id[clock.lead_id])].append(clock)

    def write(self) -> None:
        """Write the clocks of leads whose events are written, and tell whom it concerns."""
        point(self.clocks, "lead", "started_by", "ended_by")
        point(self.touched, "ended_by")
        if self.touched:
            change_rows(self.touched, [*ENDING, "holder", "team"])
        copy_rows(self.clocks, numbered=False)
        tell_of_many(self.changes)
