"""The eleven published definitions, as the content that heads of both sides would sign."""

from typing import Any

Content = dict[str, Any]

_ANY = {"fit": [], "interest": [], "cells": [[1]], "fast_track": 1}
ICP = ["US", "GB", "DE", "FR", "NL"]


def on(field: str, operator: str, value: object = None) -> Content:
    made = {"field": field, "operator": operator}
    return made if value is None else {**made, "value": value}


def criterion(
    kind: str, sentence: str, *tests: Content, unknown: str = "fail", **more: object
) -> Content:
    """A criterion; further tests have to hold too."""
    words = "".join(mark if mark.isalnum() else " " for mark in sentence.lower()).split()
    name = "_".join([kind, *words])[:40]
    first, *also = tests
    made = {"id": name, "kind": kind, "sentence": sentence, **first}
    return {**made, **({"also": also} if also else {}), "unknown": unknown, **more}


def points(axis: str, weight: int, sentence: str, *tests: Content) -> Content:
    return criterion(axis, sentence, *tests, unknown="neutral", weight=weight)


def whole(*criteria: Content, fit: int = 0, interest: int = 0, **more: object) -> Content:
    made = {"criteria": list(criteria), "thresholds": {"fit": fit, "interest": interest}}
    return {**made, "tiers": _ANY, **more}


# Six tests, all required; two of them ask for a day.
CARROLL = whole(
    criterion("gate", "Fits our ideal profile", on("attributes.target_account", "is_true"),
              unknown="ask"),
    criterion("gate", "The right decision maker is interested",
              on("title", "has_word", ["director", "head", "vp", "chief", "cio", "cto", "ceo"])),
    criterion("gate", "Has a clear problem that we can solve",
              on("attributes.problem", "is_true"), unknown="ask"),
    criterion("gate", "Plans to evaluate within three months",
              on("attributes.evaluates_on", "in_next_days", 92), unknown="ask"),
    criterion("gate", "Decides within six months",
              on("attributes.decides_on", "in_next_days", 183), unknown="ask"),
    criterion("gate", "Is ready to meet us within two weeks",
              on("attributes.meets_on", "in_next_days", 14), unknown="ask"),
)  # fmt: skip

# Any of: a demo form of a large engineering team or of somebody senior; a new instance of a
# business. Rules, no points at all.
SOURCEGRAPH = whole(
    criterion("fast_track", "Asked for a demo, more than 100 engineers",
              on("request", "equals", "demo"), on("attributes.engineers", "at_least", 101)),
    criterion("fast_track", "Asked for a demo, somebody senior",
              on("request", "equals", "demo"),
              on("title", "has_word", ["director", "manager", "vp", "senior", "head", "lead",
                                         "cto"])),
    criterion("fast_track", "Set up a new instance from a business",
              on("attributes.new_instance", "is_true"), on("free_email", "is_false"),
              on("email_domain", "ends_with_none", [".edu"])),
    fit=1, interest=1,
)  # fmt: skip

# 90 points of all together qualify; from 50 somebody looks at the routing: the second tier.
GITLAB_POINTS = whole(
    points("fit", 5, "Segment of up to 100", on("employees", "between", [1, 100])),
    points("fit", 20, "Segment of 101 to 750", on("employees", "between", [101, 750])),
    points("fit", 30, "Segment of 751 to 4,999", on("employees", "between", [751, 4_999])),
    points("fit", 40, "Segment of 5,000 and more", on("employees", "at_least", 5_000)),
    points("fit", 30, "Decides or leads", on("title", "has_word", ["cto", "vp", "director"])),
    points("fit", 40, "Started a trial", on("attributes.trial", "is_true")),
    points("fit", -40, "Is in training", on("title", "has_word", ["student", "intern"])),
    points("fit", -10, "Writes from a free address", on("free_email", "is_true")),
    fit=90,
    tiers={"fit": [90, 50], "interest": [], "cells": [[1], [2], [3]], "fast_track": 1},
)  # fmt: skip

# A request qualifies at once, a softer one gives 50; some programmes never count.
GITLAB_CAMPAIGNS = whole(
    criterion("fast_track", "Asked for contact, a demo or a price",
              on("request", "one_of", ["contact", "demo", "price"])),
    points("interest", 50, "Came for a paper or a webinar",
           on("attributes.asset", "one_of", ["paper", "webinar"])),
    points("interest", 40, "Reads the newsletter", on("attributes.newsletter", "is_true")),
    criterion("barrier", "Comes by no support, start-up or non-profit programme",
              on("attributes.programme", "one_of", ["support", "start-up", "non-profit"]),
              unknown="pass"),
    interest=90,
    tiers={"fit": [], "interest": [], "cells": [[2]], "fast_track": 1},
)  # fmt: skip

# Gates on use and size; about every fifth is expected to convert.
POSTHOG_NOW = whole(
    criterion("gate", "Pays 500 to 1,667 a month",
              on("attributes.monthly_revenue", "between", [500, 1_667])),
    criterion("gate", "More than 50 people", on("employees", "at_least", 51)),
    criterion("gate", "More than 7 users", on("attributes.users", "at_least", 8)),
    criterion("gate", "Is in one of our countries", on("country", "one_of", ICP)),
    criterion("barrier", "Has paid for three months",
              on("attributes.paying_since", "in_last_days", 91)),
    expected={"opportunity": 20},
)  # fmt: skip

# A table of fit out of 70. The bar of 40 is ours.
POSTHOG_EARLIER = whole(
    points("fit", 10, "50 people or more", on("employees", "at_least", 50)),
    points("fit", 10, "500 people or more", on("employees", "at_least", 500)),
    points("fit", 5, "A million a year", on("attributes.revenue", "at_least", 1_000_000)),
    points("fit", 5, "Five million a year", on("attributes.revenue", "at_least", 5_000_000)),
    points("fit", 10, "Twenty million", on("attributes.revenue", "at_least", 20_000_000)),
    points("fit", 10, "Founds or leads", on("title", "has_word", ["founder", "manager"])),
    points("fit", 10, "Works on the product", on("title", "has_word", ["product"])),
    points("fit", 5, "Is in Europe", on("country", "one_of", ["PL", "SE", "ES", "IT"])),
    points("fit", 10, "Is in a main market", on("country", "one_of", ICP)),
    fit=40,
    tiers={"fit": [60, 40], "interest": [], "cells": [[1], [2], [3]], "fast_track": 1},
)  # fmt: skip

# Bands of one sum: 0, 30, 70, and 100 qualifies; a customer starts 100 below. Opening a mail is
# worth nothing, so no criterion asks for it. What gives 30 to 100 beside the title is ours.
RELIAS = whole(
    criterion("fast_track", "Asked for a demo or a call",
              on("request", "one_of", ["demo", "contact"])),
    criterion("fast_track", "Saw the demo at a trade show", on("source", "equals", "trade show"),
              on("attributes.demo_seen", "is_true")),
    points("interest", 50, "Leads others", on("title", "has_word", ["director", "head", "vp"])),
    points("interest", 1, "Clicked a link", on("attributes.clicks", "at_least", 1)),
    points("interest", 30, "Read the prices", on("attributes.pricing_page", "is_true")),
    points("interest", 30, "Came to a webinar", on("attributes.webinar", "is_true")),
    points("interest", 60, "Tries it", on("attributes.trial", "is_true")),
    points("interest", 40, "Did the assessment", on("attributes.assessment", "is_true")),
    points("interest", -15, "Unsubscribed", on("attributes.unsubscribed", "is_true")),
    points("interest", -10, "Looks for a job", on("attributes.careers_page", "is_true")),
    points("interest", -100, "Is a customer", on("attributes.customer", "is_true")),
    interest=100,
    tiers={"fit": [], "interest": [100, 70, 30], "cells": [[1, 2, 3, 3]], "fast_track": 1},
)  # fmt: skip

# A bar for the machine, then five questions for a person. What the points are for is ours.
MARKETO = whole(
    criterion("fast_track", "Filled in the contact form or tries it",
              on("request", "one_of", ["contact", "trial"])),
    points("fit", 40, "Leads marketing", on("title", "has_word", ["vp", "head", "cmo"])),
    points("fit", 30, "200 people or more", on("employees", "at_least", 200)),
    criterion("gate", "Something makes them act now", on("attributes.event", "is_true"),
              unknown="ask"),
    criterion("gate", "It hurts them today", on("attributes.pain", "is_true"), unknown="ask"),
    criterion("gate", "Their tools fit ours", on("attributes.tools", "is_true"), unknown="ask"),
    criterion("gate", "There is a time frame", on("attributes.timeframe", "is_true"),
              unknown="ask"),
    criterion("gate", "Their revenue suffices", on("attributes.revenue", "is_true"),
              unknown="ask"),
    fit=66,
    tiers={"fit": [66], "interest": [], "cells": [[2], [3]], "fast_track": 1},
)  # fmt: skip

# A ladder of five levels, each on top of the one before; no budget, no date. That sales takes over
# at the third is ours; the levels above give the tier.
PERPETOS = whole(
    criterion("gate", "Responded and can be reached", on("reachable", "is_true")),
    criterion("gate", "The company is in our segment",
              on("industry", "one_of", ["logistics", "manufacturing"]),
              on("employees", "between", [50, 1_000])),
    criterion("gate", "Has a need", on("attributes.need", "is_true"), unknown="ask"),
    points("fit", 1, "Is writing down what it requires",
           on("attributes.requirements", "is_true")),
    points("fit", 1, "And we talk to the key contact", on("attributes.requirements", "is_true"),
           on("title", "has_word", ["head", "director", "chief"])),
    tiers={"fit": [2, 1], "interest": [], "cells": [[1], [2], [3]], "fast_track": 1},
)  # fmt: skip

# One of several acts, no points.
MATTERMOST = whole(
    criterion("fast_track", "Asked for a trial or a quote",
              on("request", "one_of", ["trial", "price", "contact", "demo"])),
    criterion("fast_track", "Upgraded", on("attributes.upgraded", "is_true")),
    criterion("fast_track", "25 people use it every day",
              on("attributes.daily_users", "at_least", 25)),
    criterion("fast_track", "2,000 posts", on("attributes.posts", "at_least", 2_000)),
    fit=1, interest=1,
)  # fmt: skip

# Two axes, a window of 30 days, and a fast-track that itself needs an account of the profile.
SCRIPT = whole(
    criterion("fast_track", "Asked for a demo from an account of our profile",
              on("request", "equals", "demo"), on("attributes.icp_account", "is_true")),
    points("fit", 30, "Leads sales", on("title", "has_word", ["vp", "head", "chief"])),
    points("fit", 30, "200 people or more", on("employees", "at_least", 200)),
    points("interest", 40, "Tries it, in the last 30 days", on("request", "equals", "trial"),
           on("acted_at", "in_last_days", 30)),
    fit=60, interest=40,
)  # fmt: skip

PUBLISHED: dict[str, Content] = {
    "carroll": CARROLL,
    "sourcegraph": SOURCEGRAPH,
    "gitlab_points": GITLAB_POINTS,
    "gitlab_campaigns": GITLAB_CAMPAIGNS,
    "posthog_now": POSTHOG_NOW,
    "posthog_earlier": POSTHOG_EARLIER,
    "relias": RELIAS,
    "marketo": MARKETO,
    "perpetos": PERPETOS,
    "mattermost": MATTERMOST,
    "script": SCRIPT,
}
