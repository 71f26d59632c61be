"""What search finds, by the rule of docs/listing.md, written for clearness alone and with Python's tables of Unicode."""

import re
import unicodedata

SPACELESS = re.compile(
    "[\u0e00-\u109f\u1780-\u17ff\u1950-\u19df\u1a20-\u1aaf\u1b00-\u1b7f\u3005-\u3007\u3031-\u3035\u3040-\u312f\u31a0-\u31bf\u31f0-\u31ff"
    "\u3400-\u4dbf\u4e00-\ua48f\ua980-\ua9ff\uaa60-\uaa7f\uaa80-\uaadf\uf900-\ufaff\U00011700-\U0001174f\U00020000-\U000323af]"
)
DROPS_MARKS = re.compile("[0-\u02af\u0370-\u052f\u1c80-\u1c8f\u1d00-\u1dbf\u1e00-\u1fff\u2c60-\u2c7f\ua640-\ua69f\ua720-\ua7ff\uab30-\uab6f]")
INVISIBLE = re.compile("[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200c-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\U0001f3fb-\U0001f3ff\U000e0000-\U000e0fff]")


def words(text):
    """The words of a text."""
    text = INVISIBLE.sub("", text)
    text = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    # Hangul syllables and й stay in one piece.
    text = re.sub("[\u1100-\u11ff]+", lambda found: unicodedata.normalize("NFC", found[0]), text)
    text = re.sub("и((?:(?![\u0306])[\u0300-\u036f])*)\u0306", "й", text)
    found = []
    # What may continue the last word, and whether marks after it are dropped.
    goes_on, drops = None, False
    for character in INVISIBLE.sub("", text):
        category = unicodedata.category(character)
        if category[0] == "M":
            if goes_on and not drops:
                found[-1] += character
        elif category == "Nd" or (category[0] in "LN" and not SPACELESS.match(character)):
            if goes_on == "letters":
                found[-1] += character
            else:
                found.append(character)
            goes_on, drops = "letters", bool(DROPS_MARKS.match(character))
        elif category[0] in "LN":
            found.append(character)
            goes_on, drops = "marks", False
        elif category in ("So", "Co", "Cn") or character in "\u2194":
            found.append(character)
            goes_on = None
        else:
            goes_on = None
    return found


def strings(value):
    """The string values of JSON, in their order."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for each in value.values():
            yield from strings(each)
    elif isinstance(value, list):
        for each in value:
            yield from strings(each)


def terms(query):
    """The words of each term of a query, whether it must be absent, and whether its last word may go on."""
    for excluded, phrase, word, star in re.findall(r'(-?)(?:"([^"]*)"|([^\s"*]+)(\*?))', query):
        if found := words(phrase or word):
            yield found, bool(excluded), bool(star)


def begins(word, start):
    """Whether a word begins with letters, which end neither before a voiced sound mark."""
    return word.startswith(start) and word[len(start) :][:1] not in ("\u3099", "\u309a")


def matches(query, texts):
    """Whether a message, as the words of its texts, is what a query asks for."""

    def has(term, goes_on):
        def equals(part):
            return part[:-1] == term[:-1] and (begins(part[-1], term[-1]) if goes_on else part[-1] == term[-1])

        size = len(term)
        return any(equals(text[at : at + size]) for text in texts for at in range(len(text) - size + 1))

    return all(has(term, goes_on) != excluded for term, excluded, goes_on in terms(query))
