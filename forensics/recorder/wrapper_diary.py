"""A run's story as the wrapper lives through it, told to the registry as far as that will listen."""

from __future__ import annotations

from collections.abc import Callable

from forensics.frozen import changed, frozen
from forensics.recorder.host_facts import boot_id, host_facts, host_name
from forensics.recorder.run_options import Asked
from forensics.recorder.run_record import BOOT_TIMEOUT, FAILED, INTERRUPTED, RUNNING, SKIPPED, TIMEOUT, Attempt, Run
from forensics.recorder.wrapper_mute import Mute
from forensics.recorder.wrapper_watch import Ending

KILLS = range(129, 166)  # exit codes of what a signal ended

TYPE_CHECKING = False
if TYPE_CHECKING:
    from forensics.recorder.wrapper_book import Book


@frozen
class Clocks:
    """The clocks of a host, in ns: that on the wall, one that nobody sets, and one that stops while the host sleeps."""

    wall: Callable[[], int]
    lasting: Callable[[], int]
    awake: Callable[[], int]


class Diary:
    """Tells the registry what becomes of a run; none of its failures is anybody else's."""

    def __init__(self, run: str, clocks: Clocks, mute: Mute) -> None:
        self.id = run
        self.clocks = clocks
        self.mute = mute
        self.book: Book | None = None
        self.run: Run | None = None
        self.attempt: Attempt | None = None
        self.began = 0
        self.attempt_began = 0

    @property
    def is_skipped(self) -> bool:
        """Return whether the job still ran, and this run must not."""
        return self.run is not None and self.run.status == SKIPPED

    def begin(self, asked: Asked, folder: str, pid: int, open_book: Callable[[str], Book]) -> None:
        """Begin a new run, and its first attempt."""
        with self.mute():
            now = self._start_attempt(1)
            self.began = self.attempt_began
            self.run = Run(
                id=self.id,
                job=asked.job,
                host=host_name(),
                started_at=now,
                command=asked.command,
                folder=folder,
                options=asked.options,
                boot_id=boot_id(),
                pid=pid,
                retries_left=asked.options.retries,
                attempts=(self.attempt,) if self.attempt else (),
            )
            self.book = open_book(self.id)
            self.run = self.book.begin(self.run, now)

    def resume(self, run: Run, pid: int, book: Book) -> None:
        """Go on with a run whose wrapper died; its locks are ours."""
        with self.mute():
            self.began = self.clocks.lasting()
            self.book = book
            self.run = changed(run, pid=pid, boot_id=boot_id(), host=host_name())

    def try_again(self, number: int, retries_left: int) -> None:
        """Tell that the command is about to be started once more."""
        with self.mute():
            self._start_attempt(number)
            if self.run is not None and self.book is not None and self.attempt is not None:
                self.run = changed(self.run, status=RUNNING, retries_left=retries_left)
                self._note(self.attempt)
                self.book.locks.take_for_job()

    def command_starts(self) -> None:
        """Count the time from here on: what came before was ours."""
        with self.mute():
            self.attempt_began = self.clocks.lasting()

    def leave_lock_to_job(self) -> None:
        """Give up our part in the lock that the job now holds."""
        with self.mute():
            if self.book is not None:
                self.book.locks.leave_to_job()

    def booted(self) -> None:
        """Tell that the command is up."""
        with self.mute():
            if self.attempt is not None:
                boot = self.clocks.lasting() - self.attempt_began
                self.attempt = changed(self.attempt, booted_at=self.clocks.wall(), boot=max(0, boot))
                self._note(self.attempt)

    def attempt_ended(self, ending: Ending, *, is_last: bool) -> None:
        """Tell how the command ended; the last attempt is told together with the run's end."""
        with self.mute():
            if self.attempt is not None and self.run is not None:
                self.attempt = changed(
                    self.attempt,
                    ended_at=self.clocks.wall(),
                    duration=max(0, self.clocks.lasting() - self.attempt_began),
                    outcome=ending.outcome,
                    exit_code=ending.code,
                    signal=ending.signal,
                )
                self.run = self.run.with_attempt(self.attempt)
                if not is_last:
                    self._note(self.attempt)

    def end(self, ending: Ending) -> None:
        """Tell how the run ended."""
        with self.mute():
            if self.run is not None and self.book is not None:
                now = self.clocks.wall()
                self.run = changed(
                    self.run,
                    status=status_after(ending),
                    completed_at=now,
                    duration=max(0, self.clocks.lasting() - self.began),
                    exit_code=ending.code,
                    signal=ending.signal,
                    retries_left=0,
                )
                for trouble in self.book.end(self.run, now):
                    self.mute.tell(trouble)

    def _start_attempt(self, number: int) -> int:
        self.attempt = None
        self.attempt_began = self.clocks.lasting()
        now = self.clocks.wall()
        self.attempt = Attempt(number, now, facts=host_facts())
        return now

    def _note(self, attempt: Attempt) -> None:
        if self.run is not None and self.book is not None:
            self.run = self.run.with_attempt(attempt)
            self.book.note(self.run, self.clocks.wall())


def status_after(ending: Ending) -> str:
    """Return what a run came to; one that was killed was interrupted, as a shell tells of one too."""
    if ending.outcome == BOOT_TIMEOUT:
        return TIMEOUT
    was_killed = ending.signal is not None or ending.code in KILLS
    return INTERRUPTED if ending.outcome == FAILED and was_killed else ending.outcome
