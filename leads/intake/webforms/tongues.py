"""What visitors read on a form, in the languages we know. Pure: a small table of our own, no
catalogue to compile; what the browser itself says comes in the language of the browser."""

from collections.abc import Mapping
from dataclasses import dataclass

STANDARD = (
    "first_name", "last_name", "email", "phone", "company", "title", "country", "employees",
    "industry", "request", "message",
)  # fmt: skip
REQUESTS = ("demo", "price", "contact", "trial")


@dataclass(frozen=True)
class Tongue:
    """One language. `labels` are those of the standard fields, `wrong` what is said of a field that
    cannot be read; English says it more exactly, because `cleaning` speaks English."""

    name: str
    labels: Mapping[str, str]
    requests: Mapping[str, str]
    wrong: Mapping[str, str]
    choose: str
    yes: str
    no: str
    optional: str
    send: str
    either: str
    not_sent: str
    marked: str
    missing: str
    check: str
    consent: str
    too_quick: str
    too_old: str
    too_many: str
    new_words: str
    once_more: str
    not_now: str
    thanks: str
    thanks_text: str
    privacy: str
    empty: str


def _table(names: tuple[str, ...], *words: str) -> dict[str, str]:
    return dict(zip(names, words, strict=True))


WRONG = ("email", "phone", "employees", "country")
TONGUES: Mapping[str, Tongue] = {
    "en": Tongue(
        name="English",
        labels=_table(
            STANDARD, "First name", "Last name", "E-mail", "Phone", "Company", "Job title",
            "Country", "People in the company", "Industry", "What would you like?", "Message",
        ),
        requests=_table(REQUESTS, "A demo", "A price", "A call or a message", "A trial"),
        wrong={},
        choose="Please choose",
        yes="Yes",
        no="No",
        optional="optional",
        send="Send",
        either="An e-mail address or a phone number is enough.",
        not_sent="Not sent yet; what you typed is still here.",
        marked="Please look at the marked fields.",
        missing="Please fill this in.",
        check="Please look at this again.",
        consent="Please tick this box: without it we may not contact you.",
        too_quick="That was quicker than we expected. Please try again in a moment.",
        too_old="This page was open for a long time. Please send it again.",
        too_many="Much is being sent from your network. Please try again in ten minutes.",
        new_words="The words you agree to have changed. Please read them, tick the box and send "
        "again.",
        once_more="Please look through it once more and send it.",
        not_now="We cannot take this in at the moment. Please send it again in a few minutes.",
        thanks="Thank you, it has arrived",
        thanks_text="A person will read it and answer you. You can close this page.",
        privacy="How we treat your data",
        empty="Leave this empty",
    ),
    "de": Tongue(
        name="Deutsch",
        labels=_table(
            STANDARD, "Vorname", "Nachname", "E-Mail", "Telefon", "Unternehmen", "Position", "Land",
            "Mitarbeitende im Unternehmen", "Branche", "Was wünschen Sie?", "Nachricht",
        ),
        requests=_table(
            REQUESTS, "Eine Vorführung", "Einen Preis", "Einen Anruf oder eine Nachricht",
            "Einen Test",
        ),
        wrong=_table(
            WRONG, "Bitte geben Sie eine gültige E-Mail-Adresse an.",
            "Bitte schreiben Sie die Nummer mit Landesvorwahl, etwa +49 30 901820.",
            "Bitte geben Sie eine ganze Zahl an, etwa 250.", "Bitte wählen Sie ein Land.",
        ),
        choose="Bitte wählen",
        yes="Ja",
        no="Nein",
        optional="freiwillig",
        send="Absenden",
        either="Eine E-Mail-Adresse oder eine Telefonnummer genügt.",
        not_sent="Noch nicht gesendet; Ihre Angaben sind noch da.",
        marked="Bitte sehen Sie die markierten Felder an.",
        missing="Bitte füllen Sie dieses Feld aus.",
        check="Bitte sehen Sie diese Angabe noch einmal an.",
        consent="Bitte setzen Sie das Häkchen: Sonst dürfen wir Sie nicht ansprechen.",
        too_quick="Das ging schneller als erwartet. Bitte versuchen Sie es gleich noch einmal.",
        too_old="Diese Seite war lange offen. Bitte senden Sie noch einmal ab.",
        too_many="Aus Ihrem Netz kommt gerade sehr viel. Bitte versuchen Sie es in zehn Minuten.",
        new_words="Der Text, dem Sie zustimmen, hat sich geändert. Bitte lesen Sie ihn, setzen Sie "
        "das Häkchen und senden Sie noch einmal ab.",
        once_more="Bitte sehen Sie Ihre Angaben noch einmal durch und senden Sie ab.",
        not_now="Das können wir gerade nicht annehmen. Bitte senden Sie in einigen Minuten erneut.",
        thanks="Danke, es ist angekommen",
        thanks_text="Ein Mensch liest es und antwortet Ihnen. Sie können diese Seite schließen.",
        privacy="Wie wir mit Ihren Daten umgehen",
        empty="Bitte leer lassen",
    ),
    "nl": Tongue(
        name="Nederlands",
        labels=_table(
            STANDARD, "Voornaam", "Achternaam", "E-mail", "Telefoon", "Bedrijf", "Functie", "Land",
            "Medewerkers in het bedrijf", "Branche", "Wat wilt u graag?", "Bericht",
        ),
        requests=_table(
            REQUESTS, "Een demo", "Een prijs", "Een telefoontje of bericht", "Een proefperiode"
        ),
        wrong=_table(
            WRONG, "Geef een geldig e-mailadres.",
            "Schrijf het nummer met landcode, zoals +31 20 5551234.",
            "Geef een heel getal, zoals 250.", "Kies een land.",
        ),
        choose="Maak een keuze",
        yes="Ja",
        no="Nee",
        optional="niet verplicht",
        send="Versturen",
        either="Een e-mailadres of een telefoonnummer is genoeg.",
        not_sent="Nog niet verstuurd; wat u typte staat er nog.",
        marked="Kijk nog eens naar de gemarkeerde velden.",
        missing="Vul dit veld in.",
        check="Kijk hier nog eens naar.",
        consent="Vink dit vakje aan: anders mogen wij geen contact opnemen.",
        too_quick="Dat ging sneller dan verwacht. Probeer het zo nog eens.",
        too_old="Deze pagina stond lang open. Verstuur hem nog eens.",
        too_many="Er komt veel van uw netwerk. Probeer het over tien minuten nog eens.",
        new_words="De tekst waarmee u instemt is veranderd. Lees hem, vink het vakje aan en "
        "verstuur nog eens.",
        once_more="Kijk het nog eens door en verstuur het.",
        not_now="Dit kunnen wij nu niet aannemen. Verstuur het over een paar minuten nog eens.",
        thanks="Dank u, het is aangekomen",
        thanks_text="Een mens leest het en antwoordt u. U kunt deze pagina sluiten.",
        privacy="Hoe wij met uw gegevens omgaan",
        empty="Laat dit leeg",
    ),
    "fr": Tongue(
        name="Français",
        labels=_table(
            STANDARD, "Prénom", "Nom", "E-mail", "Téléphone", "Entreprise", "Fonction", "Pays",
            "Personnes dans l’entreprise", "Secteur", "Que souhaitez-vous ?", "Message",
        ),
        requests=_table(
            REQUESTS, "Une démonstration", "Un prix", "Un appel ou un message", "Un essai"
        ),
        wrong=_table(
            WRONG, "Indiquez une adresse e-mail valable.",
            "Écrivez le numéro avec l’indicatif du pays, comme +33 1 70 18 99 00.",
            "Indiquez un nombre entier, comme 250.", "Choisissez un pays.",
        ),
        choose="Choisissez",
        yes="Oui",
        no="Non",
        optional="facultatif",
        send="Envoyer",
        either="Une adresse e-mail ou un numéro de téléphone suffit.",
        not_sent="Pas encore envoyé ; ce que vous avez écrit est toujours là.",
        marked="Regardez les champs marqués.",
        missing="Remplissez ce champ.",
        check="Regardez ceci encore une fois.",
        consent="Cochez cette case : sinon nous ne pouvons pas vous contacter.",
        too_quick="C’était plus rapide que prévu. Réessayez dans un instant.",
        too_old="Cette page est restée longtemps ouverte. Envoyez-la encore une fois.",
        too_many="Beaucoup d’envois viennent de votre réseau. Réessayez dans dix minutes.",
        new_words="Le texte auquel vous consentez a changé. Lisez-le, cochez la case et envoyez "
        "encore une fois.",
        once_more="Relisez le tout et envoyez.",
        not_now="Nous ne pouvons pas le recevoir pour le moment. Renvoyez dans quelques minutes.",
        thanks="Merci, c’est bien arrivé",
        thanks_text="Une personne le lira et vous répondra. Vous pouvez fermer cette page.",
        privacy="Ce que nous faisons de vos données",
        empty="Laissez ceci vide",
    ),
    "es": Tongue(
        name="Español",
        labels=_table(
            STANDARD, "Nombre", "Apellidos", "Correo electrónico", "Teléfono", "Empresa", "Cargo",
            "País", "Personas en la empresa", "Sector", "¿Qué desea?", "Mensaje",
        ),
        requests=_table(
            REQUESTS, "Una demostración", "Un precio", "Una llamada o un mensaje", "Una prueba"
        ),
        wrong=_table(
            WRONG, "Indique una dirección de correo válida.",
            "Escriba el número con el prefijo del país, como +34 910 00 00 00.",
            "Indique un número entero, como 250.", "Elija un país.",
        ),
        choose="Elija",
        yes="Sí",
        no="No",
        optional="opcional",
        send="Enviar",
        either="Basta un correo electrónico o un teléfono.",
        not_sent="Aún no se ha enviado; lo que escribió sigue aquí.",
        marked="Revise los campos marcados.",
        missing="Rellene este campo.",
        check="Revise esto otra vez.",
        consent="Marque esta casilla: sin ella no podemos contactarle.",
        too_quick="Ha sido más rápido de lo esperado. Inténtelo de nuevo en un momento.",
        too_old="Esta página estuvo abierta mucho tiempo. Envíela otra vez.",
        too_many="Llega mucho desde su red. Inténtelo de nuevo en diez minutos.",
        new_words="El texto que acepta ha cambiado. Léalo, marque la casilla y envíe otra vez.",
        once_more="Revíselo una vez más y envíelo.",
        not_now="Ahora no podemos recibirlo. Envíelo de nuevo en unos minutos.",
        thanks="Gracias, ha llegado",
        thanks_text="Una persona lo leerá y le responderá. Puede cerrar esta página.",
        privacy="Cómo tratamos sus datos",
        empty="Deje esto vacío",
    ),
}  # fmt: skip


def tongue_of(language: str) -> Tongue:
    """The words of a language, English where we do not know it."""
    return TONGUES.get(language, TONGUES["en"])
