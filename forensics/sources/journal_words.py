"""What systemd's manager says of a service, by its message ids (systemd's catalog), else by its wording.

Versions before 246 have one wording, ``Started``, for a service that came up and for a task that was done; versions
before 240 do not say that a service ended well.
"""

from __future__ import annotations

import re
from enum import Enum

from forensics.sources.journal_entries import Entry


class Word(Enum):
    """What a message says of a unit."""

    STARTING = "7d4958e842da4a758f6c1cdc7b36dcc5"
    STARTED = "39f53479d3a045ac8e11786248231fbf"
    NOT_STARTED = "be02cf6855d2428ba40df7e9d022f03d"
    STOPPING = "de5b426a63be47a7b6ac3eaac82e2f6f"
    STOPPED = "9d1aaa27d60140bd96365438aad20286"
    SUCCEEDED = "7ad2d189f7e94e70a38c781354912448"
    RESULT = "d9b373ed55a64feb8242e02dbe79a49c"
    EXITED = "98e322203f7a4ed290d09fe03c09fe15"
    LEFT_OUT = "0e4284a0caca4bfc81c0bb6786972673"
    RESTARTING = "5eb03494b6584870a536b337290809b3"
    FINISHED = "finished"
    SKIPPED = "skipped"


SLEPT, WOKE = "6bbd95ee977941e497c48be27c254128", "8811e6df2a8e40f58a94cea26f8ebf14"
BY_ID = {word.value: word for word in Word}
EXIT = re.compile(r"process exited, code=(exited|killed|dumped), status=(\d+)")
RESULT = re.compile(r"[Ff]ailed with result '([\w-]+)'")
UNMET = re.compile(r"was skipped because|^Condition check resulted in .* being skipped|^Assertion failed")
BY_WORDING = (
    (EXIT, Word.EXITED),
    (RESULT, Word.RESULT),
    (re.compile(r"entered failed state"), Word.RESULT),
    (re.compile(r"(?:Succeeded|Deactivated successfully)\.$"), Word.SUCCEEDED),
)
SKIPS = frozenset({"skipped", "condition"})
# COMMAND of commands whose exit is not the job's own.
BESIDE_THE_JOB = ("ExecCondition", "ExecStop", "ExecReload")


def word_of(entry: Entry) -> Word | None:
    """Return what a manager's entry says, None where it says nothing of a start or an end."""
    word, message = BY_ID.get(entry.text("MESSAGE_ID")), entry.text("MESSAGE")
    if word is Word.STARTED:
        if UNMET.search(message) or entry.text("JOB_RESULT") in SKIPS:
            return Word.SKIPPED
        return Word.FINISHED if message.startswith("Finished ") else word
    if word is None:
        word = next((found for pattern, found in BY_WORDING if pattern.search(message)), None)
    return word


def exit_code_of(entry: Entry) -> int | None:
    """Return the exit code of the process that an entry says has ended: 128 and the signal's number for a kill."""
    if entry.text("COMMAND").startswith(BESIDE_THE_JOB):
        return None
    code, status = entry.text("EXIT_CODE"), entry.text("EXIT_STATUS")
    if not code or not status.isdigit():
        found = EXIT.search(entry.text("MESSAGE"))
        if found is None:
            return None
        code, status = found.groups()
    return int(status[:3]) + (0 if code == "exited" else 128)


def result_of(entry: Entry) -> str:
    """Return the word by which systemd names how a service failed."""
    found = RESULT.search(entry.text("MESSAGE"))
    return entry.text("UNIT_RESULT") or (found[1] if found else "")
