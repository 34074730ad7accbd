"""What the words of an arrival count for; pure."""

import pytest

from leads.campaigns.words import Asks, Attribution, Counted, Rule, Said, key_of

NAMES = {1: "Spring launch", 2: "Trade fair"}
RULES = (
    Rule(1, Asks(utm_medium="cpc"), source="ads"),
    Rule(2, Asks(utm_source="google", utm_campaign="spring*"), campaign=1, source="search ads"),
    Rule(3, Asks(utm_source="google", utm_campaign="spring*", utm_medium="cpc"), campaign=2),
    Rule(4, Asks(utm_source="google", utm_campaign="spring-q2"), campaign=2),
    Rule(5, Asks(said_campaign="hannover messe"), campaign=2),
    Rule(6, Asks(said_source="walk-in"), source="event"),
)
KNOWN = Attribution.made_of(NAMES, RULES)


@pytest.mark.parametrize(
    ("said", "counted"),
    [
        (Said("web form", "SPRING  launch"), Counted("web form", "SPRING  launch", 1)),
        (Said("web form", "Winter"), Counted("web form", "Winter")),
        (Said("unknown", ""), Counted("unknown", "")),
        (Said("", ""), Counted("", "")),
        (Said("", "", utm_source="bing"), Counted("bing", "")),
        (Said("web form", "", utm_campaign="Trade Fair"), Counted("web form", "Trade Fair", 2)),
        (Said("web form", "Winter", utm_campaign="Trade fair"), Counted("web form", "Winter")),
        (Said("web form", "", utm_medium="CPC"), Counted("ads", "", None, 1)),
        (
            Said("web form", "Winter", utm_source="Google", utm_campaign="Spring-2"),
            Counted("search ads", "Spring launch", 1, 2),
        ),
        (
            Said("web form", "", utm_source="google", utm_medium="cpc", utm_campaign="spring-q2"),
            Counted("web form", "Trade fair", 2, 3),
        ),
        (
            Said("web form", "", utm_source="google", utm_campaign="spring-q2"),
            Counted("web form", "Trade fair", 2, 4),
        ),
        (Said("import", "Hannover  Messe"), Counted("import", "Trade fair", 2, 5)),
        (Said("Walk-In", "Winter"), Counted("event", "Winter", None, 6)),
    ],
)
def test_an_arrival_counts_by_the_most_specific_rule_else_as_it_was_said(
    said: Said, counted: Counted
) -> None:
    assert KNOWN.of(said) == counted


def test_the_source_of_an_arrival_with_a_number_of_its_own_stays() -> None:
    said = Said("crm", "", utm_source="google", utm_campaign="spring")
    assert KNOWN.of(said, keep_source=True) == Counted("crm", "Spring launch", 1, 2)


@pytest.mark.parametrize("shift", range(len(RULES)))
def test_the_order_in_which_rules_were_added_decides_only_between_equals(shift: int) -> None:
    known = Attribution.made_of(NAMES, [*RULES[shift:], *RULES[:shift]][::-1])
    assert known.rules == KNOWN.rules


@pytest.mark.parametrize("words", ["STRASSE", " Straße", "strasse\t", "\u00a0Strasse \n"])
def test_words_are_compared_without_capitals_and_spaces(words: str) -> None:
    assert key_of(words) == "strasse"
