"""What the words of an arrival count for: names and rules, read once, asked any number of times.

Pure. The most specific rule wins: the one that asks more, then the one with fewer stars, then the
older one; so that nobody has to keep an order. What no rule knows stays as it was said: "unknown"
stays "unknown", and blank stays blank.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields

UTM = ("utm_source", "utm_medium", "utm_campaign")


def key_of(words: str) -> str:
    """Words as they are compared: capitals and the width of spaces do not distinguish them."""
    return " ".join(words.split()).casefold()


@dataclass(frozen=True)
class Said:
    """What an arrival said of where it came from; blank where it said nothing."""

    source: str = ""
    campaign: str = ""
    utm_source: str = ""
    utm_medium: str = ""
    utm_campaign: str = ""


@dataclass(frozen=True)
class Asks:
    """What a rule asks for, as it is compared; blank asks nothing."""

    utm_source: str = ""
    utm_medium: str = ""
    utm_campaign: str = ""
    said_campaign: str = ""
    said_source: str = ""

    @property
    def rank(self) -> tuple[int, int]:
        """More specific first."""
        asked = [text for text in vars(self).values() if text]
        return -len(asked), sum(text.endswith("*") for text in asked)

    def meets(self, said: "Asks") -> bool:
        """Everything that is asked was said."""
        return all(_fits(getattr(self, one.name), getattr(said, one.name)) for one in fields(self))

    @classmethod
    def of(cls, said: Said) -> "Asks":
        """What was said, as it is compared."""
        return cls(
            utm_source=key_of(said.utm_source),
            utm_medium=key_of(said.utm_medium),
            utm_campaign=key_of(said.utm_campaign),
            said_campaign=key_of(said.campaign),
            said_source=key_of(said.source),
        )


def _fits(asked: str, said: str) -> bool:
    if asked.endswith("*"):
        return bool(said) and said.startswith(asked[:-1])
    return not asked or asked == said


@dataclass(frozen=True)
class Rule:
    """Arrivals that say all of it count for `campaign` (its id), come from `source`, or both."""

    id: int
    asks: Asks
    campaign: int | None = None
    source: str = ""


@dataclass(frozen=True)
class Counted:
    """What an arrival counts for. `campaign_id` is None where no such campaign is kept; the words
    stand all the same. `rule_id`: the rule that said so, if one did."""

    source: str
    campaign: str
    campaign_id: int | None = None
    rule_id: int | None = None


@dataclass(frozen=True)
class Attribution:
    """All names and rules of one moment. `names`: the name of each campaign by its id."""

    names: Mapping[int, str]
    rules: tuple[Rule, ...] = ()
    by_key: Mapping[str, int] = field(default_factory=dict)

    @classmethod
    def made_of(cls, names: Mapping[int, str], rules: Iterable[Rule]) -> "Attribution":
        """Rules in the order in which they are asked, and names as they are compared."""
        ordered = sorted(rules, key=lambda rule: (*rule.asks.rank, rule.id))
        return cls(names, tuple(ordered), {key_of(name): pk for pk, name in names.items()})

    def of(self, said: Said, *, keep_source: bool = False) -> Counted:
        """What this arrival counts for: by the first rule that it meets, else by its own words;
        a link's words (`utm_…`) count where the form said nothing.

        `keep_source` for arrivals with a number of their own: their source names the system that
        knows them by it, and a rule must not rename that.
        """
        rule = self._rule_for(said)
        source = said.source or said.utm_source
        if rule is not None and rule.source and not keep_source:
            source = rule.source
        if rule is not None and rule.campaign is not None:
            return Counted(source, self.names[rule.campaign], rule.campaign, rule.id)
        words = said.campaign or said.utm_campaign
        return Counted(source, words, self.by_key.get(key_of(words)), rule.id if rule else None)

    def _rule_for(self, said: Said) -> Rule | None:
        told = Asks.of(said)
        return next((rule for rule in self.rules if rule.asks.meets(told)), None)
