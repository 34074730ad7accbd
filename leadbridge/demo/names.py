"""Invented companies and people for the demo: nobody here exists."""

FIRST = (
    "Ines Tom Marta Jonas Wei Aisha Pavel Lucia Henrik Yuki Omar Greta Diego Hanna Kofi Elif Bruno "
    "Sofie Ravi Clara Mateo Freya Anton Noor Piotr Leila Hugo Ingrid Samir Tess"
).split()
LAST = (
    "Aydin Reyes Silva Berg Chen Khan Dvorak Moretti Larsen Tanaka Haddad Vogel Castro Weber Mensah "
    "Demir Rossi Lund Patel Martin Vega Holm Kruger Rahman Nowak Farsi Blanc Strand Aziz Moore"
).split()
COMPANIES = (
    "Northwind Robotics|Lumen Dental Group|Kite & Anchor|Halden Freight|Bluefin Analytics|"
    "Ostrava Steel|Pinecrest Schools|Meridian Foods|Alder Logistics|Baltic Timber|Corvus Optics|"
    "Delphi Pumps|Ember Ceramics|Falk Shipping|Granite Tools|Harbour Cold Chain|Iris Packaging|"
    "Juniper Textiles|Keystone Valves|Larkfield Dairy|Montane Rail|Nimbus Sensors|Orchard Wines|"
    "Pallas Bearings|Quarry Lane|Redwood Clinics|Sable Motors|Tidewater Ports|Umbra Lighting|"
    "Verdant Paper|Westgate Printing|Xenon Labs|Yarrow Pharma|Zephyr Aviation|Aurora Castings|"
    "Brook & Stone|Cobalt Fasteners|Dune Solar|Eastbank Mills|Fjord Seafood"
).split("|")
TITLES = (
    "VP Operations|COO|Head of IT|Procurement manager|Data lead|Plant director|Head of logistics|"
    "Operations manager|Supply chain lead|CFO|Student|Process engineer|Office assistant"
).split("|")
INDUSTRIES = ("manufacturing", "logistics", "wholesale", "transport", "education", "healthcare")
EUROPE = ("DE", "NL", "PT", "NO", "PL", "CZ", "FR", "IT", "SE", "ES")
AMERICA = ("US", "CA", "BR", "MX")
# source, campaign, what such people ask for
SOURCES = (
    ("web form", "Spring launch", ("demo", "price", "contact")),
    ("web form", "Pricing page", ("price", "demo")),
    ("webinar", "Webinar on planning", ("", "trial", "demo")),
    ("event", "Trade fair", ("", "contact")),
    ("referral", "", ("contact", "demo", "")),
    ("newsletter", "Monthly letter", ("", "", "trial")),
)
MESSAGES = (
    "We need to replace our line scheduling before the shutdown in October.",
    "Can you show us how two plants would share one plan?",
    "Looking for a price for 40 users. Our contract ends in spring.",
    "We lose about a day a week to re-planning by hand.",
    "Please call me, mornings are best.",
    "A colleague in Porto uses you and is happy.",
    "We are comparing three vendors and decide next month.",
    "",
)
QUOTES = (
    "The plan changes four times a day and nobody tells the warehouse.",
    "If it talks to our ERP we can start in January.",
    "Budget is approved, the board wants references.",
    "We tried a rival for a year and went back to spreadsheets.",
    "Not before summer, we are moving the plant.",
    "I only wanted the white paper.",
)
NOTES = (
    "Asked for references in the same industry.",
    "Wants the finance lead in the next call.",
    "Sent the planning sheet, they will try it.",
    "Voicemail; trying again from the mobile.",
    "Good talk about the shutdown date.",
)
