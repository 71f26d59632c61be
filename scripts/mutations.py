#!/usr/bin/env python3
"""Break the code in known ways, one at a time, and show which test fails for each.

Works on a copy of the sources, with a build folder of its own. First every named test must pass on the code as it is; then each
mutation must make its test fail, or the script exits with status 1.

Usage: mutations.py [NAME …], all without a name; scripts/mutations.sh sets it up.
"""

import argparse
import dataclasses
import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
COPY = ROOT / ".build" / "mutations"
PYTEST = ROOT / ".build" / "venv" / "bin" / "pytest"
# Of one run of tests, in seconds.
TIMEOUT = 300


@dataclasses.dataclass
class Mutation:
    """A way to break the code, and the test that notices."""

    name: str
    file: str
    # Stands in the file exactly once.
    before: str
    after: str
    # A filter of `swift test`, or a node of pytest.
    test: str

    @property
    def is_pytest(self):
        return self.test.startswith("Tests/SystemTests/")


# What a review of the tests once found unnoticed, and what has been fixed since: each line of code is broken in one way.
MUTATIONS = [
    Mutation(
        "webhooks connect to whatever the host resolves to",
        "Sources/Replies/Callbacks/CallbackDelivery.swift",
        "configuration.dnsOverride = [url.host: address.description]",
        "_ = address",
        "CallbackTests/rebinding",
    ),
    *(
        Mutation(
            f"webhooks may go to {network}",
            "Sources/Replies/Callbacks/CallbackAddresses.swift",
            f'"{network}",',
            "",
            "CallbackTests/privateAddress",
        )
        for network in (
            "198.18.0.0/15", "192.0.0.0/24", "2001::/23", "fec0::/10", "100::/64", "64:ff9b:1::/48",
        )
    ),
    Mutation(
        "the delay of a webhook does not double",
        "Sources/Replies/Callbacks/CallbackOptions.swift",
        "min(max(attempt - 1, 0), 30)",
        "0",
        "CallbackTests/delays",
    ),
    Mutation(
        "no lease of a turn is renewed",
        "Sources/Replies/Turns/TurnRunner.swift",
        "try await store.renewTurns(state.withLock(\\.running), of: worker, lease: options.lease)",
        "try await store.renewTurns([], of: WorkerID.unique(), lease: options.lease)",
        "TurnRunnerTests/renews",
    ),
    Mutation(
        "the job loop starts more jobs than its limit",
        "Sources/Replies/JobLoop.swift",
        "let room = limit - state.withLock { $0.running }",
        "let room = limit",
        "JobLoopTests",
    ),
    Mutation(
        "a worker waits for a turn that another one begins",
        "Sources/PostgresStore/Turns/TurnWriter.swift",
        "FOR UPDATE SKIP LOCKED",
        "FOR UPDATE",
        "PostgresStoreTests.TurnTests/lockedTurn",
    ),
    Mutation(
        "SQLite keeps old idempotency keys",
        "Sources/SQLiteStore/SQLiteStore+Garbage.swift",
        "while try await removeSomeIdempotencyKeys(olderThan: retention.idempotencyKeys) {}",
        "_ = retention",
        "SQLiteStoreTests.ConformanceTests",
    ),
    Mutation(
        "PostgreSQL keeps old idempotency keys",
        "Sources/PostgresStore/PostgresStore+Garbage.swift",
        "DELETE FROM idempotency_key WHERE date_created",
        "DELETE FROM idempotency_key WHERE false AND date_created",
        "PostgresStoreTests.ConformanceTests",
    ),
    Mutation(
        "marks count behind Latin letters",
        "Sources/TextSearch/Tokenizer.swift",
        "if let base, FoldedScalars.isLatinGreekOrCyrillic(base) {",
        "if let base, base == 0 {",
        "TokenizerTests",
    ),
    Mutation(
        "search finds й for и",
        "Sources/TextSearch/Tokenizer.swift",
        "if base == Self.cyrillicI, mark.value == Self.breve {",
        "if base == 0, mark.value == Self.breve {",
        "TokenizerTests",
    ),
    Mutation(
        "Hangul letters stay apart",
        "Sources/TextSearch/Tokenizer.swift",
        "HangulComposition.compose(last, letter)",
        "HangulComposition.compose(last, last)",
        "TokenizerTests",
    ),
    Mutation(
        "search is sensitive to case",
        "Sources/TextSearch/FoldedScalars.swift",
        "return mapped(mapped(lower, \\.uppercaseMapping), \\.lowercaseMapping)",
        "return lower == lower ? String(scalar) : mapped(lower, \\.uppercaseMapping)",
        "TokenizerTests",
    ),
    Mutation(
        "a write that is undone leaves words in the search index",
        "Sources/SQLiteStore/Writing/GroupCommit.swift",
        "if error != nil { statements.search.undo(to: mark) }",
        "_ = (error, mark)",
        "SearchIndexTests/undoneWrites",
    ),
    Mutation(
        "words of deleted messages stay in the search index",
        "Sources/SQLiteStore/Search/SearchIndexWriter.swift",
        "try write(change.key, removed, by: part.removal, db)",
        "_ = removed",
        "SearchIndexTests/removedWords",
    ),
    Mutation(
        "a message is lost while a part of the search index is moved",
        "Sources/SQLiteStore/SQLiteStore+SearchIndex.swift",
        "last.map { $0 + 1 }",
        "last.map { $0 + 2 }",
        "SearchIndexTests/rewriting",
    ),
    Mutation(
        "a search shows another account's messages",
        "Sources/SQLiteStore/Reading/AccountMessageQuery.swift",
        "isThere && sessionsAfter.isSession(of: slice.request.account)",
        "isThere",
        "SearchIndexTests/samePrefix",
    ),
    Mutation(
        "the search index cuts words of queries, but not of texts",
        "Sources/TextSearch/SearchTerms.swift",
        "for index in 0..<min(word.count, Self.maximumLength) {",
        "for index in 0..<word.count {",
        "SearchIndexTests/longTexts",
    ),
    Mutation(
        "two first commands open a data directory at once",
        "Sources/understudy/Data/DataDirectory.swift",
        "        let lock = try FileLock(waitingFor: openLockPath)\n        defer { lock.release() }\n        keepPrivate(",
        "        keepPrivate(",
        "Tests/SystemTests/commands/test_data_directory.py::test_a_database_is_opened_by_one_command_at_a_time",
    ),
    Mutation(
        "a backup is not synchronized",
        "Sources/SQLiteStore/Files/DatabaseFile+Backup.swift",
        "        try synchronize(copy)\n",
        "",
        "Tests/SystemTests/promises/test_backups.py::test_a_backup_is_on_the_disk_when_the_command_ends",
    ),
    Mutation(
        "the directory of a backup is not synchronized",
        "Sources/SQLiteStore/Files/DatabaseFile+Backup.swift",
        "        try synchronizeDirectory(of: path)\n",
        "",
        "Tests/SystemTests/promises/test_backups.py::test_a_backup_is_on_the_disk_when_the_command_ends",
    ),
    Mutation(
        "an export continues behind the last session of its file, which may be incomplete",
        "Sources/TranscriptExport/ExportOutput.swift",
        "lastSession = session?.id\n",
        "lastSession = id\n",
        "ExportTests/continues",
    ),
    Mutation(
        "an export keeps a part of a session that was deleted",
        "Sources/TranscriptExport/TranscriptExporter.swift",
        "            try output.undoSession(first.session)\n",
        "",
        "ExportTests/deletedMeanwhile",
    ),
    Mutation(
        "an export is not synchronized",
        "Sources/understudy/Data/ExportFile.swift",
        "guard fsync(descriptor) == 0 else {",
        "guard descriptor >= 0 else {",
        "Tests/SystemTests/commands/test_export.py::test_a_file_gets_its_name_only_when_it_is_on_the_disk",
    ),
    Mutation(
        "an export locks a file that has lost its name",
        "Sources/understudy/Data/ExportFile.swift",
        "locked.st_ino == named.st_ino",
        "locked.st_ino != 0",
        "Tests/SystemTests/commands/test_export.py::"
        "test_a_partial_file_that_another_export_finishes_or_removes_meanwhile_is_not_written",
    ),
    Mutation(
        "an export replaces a file that was created meanwhile",
        "Sources/understudy/Data/ExportFile.swift",
        "renameWithoutReplacing(partialPath, path)",
        "Foundation.rename(partialPath, path)",
        "Tests/SystemTests/commands/test_export.py::test_a_file_that_is_created_when_the_export_ends_is_not_replaced",
    ),
    Mutation(
        "the counting of sessions for an export is not interrupted",
        "Sources/TranscriptExport/SessionList.swift",
        "            if isInterrupted() { throw ExportError.interrupted }\n",
        "",
        "ExportTests/interruptedEarly",
    ),
    Mutation(
        "a list of messages that mostly goes back is turned round",
        "Sources/TranscriptImport/SavedList.swift",
        "guard let (first, second) = firstAscent else {",
        "guard let (first, second) = firstAscent, ascents > descents else {",
        "SavedOrderTests",
    ),
    Mutation(
        "walks of saved pages that do not say how they fit together are merged",
        "Sources/TranscriptImport/SavedList.swift",
        "if let other = ready.last { throw",
        "if let other = ready.last, other < 0 { throw",
        "SavedOrderTests",
    ),
    Mutation(
        "an export continues the file of another one",
        "Sources/understudy/Data/ExportFile.swift",
        "guard status.st_size == 0 || noted == Data(arguments.utf8) else {",
        "guard status.st_size == 0 || noted != nil else {",
        "Tests/SystemTests/commands/test_export.py::test_only_the_same_export_continues_a_partial_file",
    ),
    Mutation(
        "the start of a list does not move past its last item",
        "Sources/AssistantsStore/Paging/PageRequest+Keyset.swift",
        "start.moved(by: direction == .after ? 1 : -1)",
        "start",
        "SQLiteStoreTests.ConformanceTests",
    ),
    Mutation(
        "the start of a list of messages does not move past the last one on SQLite",
        "Sources/SQLiteStore/Reading/MessagePageQuery.swift",
        "MessageKey(bound.value + 1)",
        "bound",
        "SQLiteStoreTests.ConformanceTests",
    ),
    Mutation(
        "the start of a list of messages does not move past the last one on PostgreSQL",
        "Sources/PostgresStore/Reading/MessagePage.swift",
        "cursor.position + 1",
        "cursor.position",
        "PostgresStoreTests.ConformanceTests",
    ),
    Mutation(
        "slow requests are not logged",
        "Sources/AssistantsAPI/AssistantsResponder.swift",
        "if duration > slowRequest,",
        "if duration < .zero,",
        "SlowRequestTests",
    ),
    Mutation(
        "a page has no rows",
        "Sources/SQLiteStore/Reading/MessagePageQuery.swift",
        "            body(row)\n",
        "            if count < 0 { body(row) }\n",
        "SQLiteStoreTests.ConformanceTests",
    ),
]


def copy_sources():
    """Bring the copy up to date; files that have not changed keep their time, so that they are not built again."""
    COPY.mkdir(parents=True, exist_ok=True)
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"], cwd=ROOT, check=True, capture_output=True
    ).stdout
    names = {name for name in listed.decode().split("\0") if name and (ROOT / name).is_file()}
    for name in names:
        target = COPY / name
        if target.is_file() and target.read_bytes() == (ROOT / name).read_bytes():
            continue
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(ROOT / name, target)
    for folder in ("Sources", "Tests"):
        for path in (COPY / folder).rglob("*"):
            if path.is_file() and "__pycache__" not in path.parts and str(path.relative_to(COPY)) not in names:
                path.unlink()


def build():
    """Return what the compiler printed if it failed, else nothing."""
    result = subprocess.run(["swift", "build", "--build-tests"], cwd=COPY, capture_output=True, text=True)
    return "" if result.returncode == 0 else result.stdout + result.stderr


def failures(mutation):
    """The names of the tests that fail, or None if all pass. Exits if no test ran."""
    if mutation.is_pytest:
        command = [str(PYTEST), "-q", "-rf", "--no-header", mutation.test]
        found, ran = r"^(?:FAILED|ERROR) (\S+)", r"\d+ (?:passed|failed)"
    else:
        command = ["swift", "test", "--skip-build", "--no-parallel", "--filter", mutation.test]
        found, ran = r'^✘ Test ("[^"]*"|\w+\(\S*\)) (?:failed|with \d+ test cases)', r"Test run with [1-9]\d* test"
    environment = {**os.environ, "UNDERSTUDY": str(COPY / ".build" / "debug" / "understudy")}
    try:
        result = subprocess.run(command, cwd=COPY, env=environment, capture_output=True, text=True, timeout=TIMEOUT)
    except subprocess.TimeoutExpired:
        return [f"{mutation.test}, which did not end within {TIMEOUT} s"]
    output = result.stdout + result.stderr
    names = sorted(set(re.findall(found, output, re.MULTILINE)))
    if result.returncode == 0 and re.search(ran, output):
        return None
    if not names:
        sys.exit(f"{mutation.name}: no test of {mutation.test} ran to its end\n{output[-2000:]}")
    return names


def apply(mutation):
    """Break the copy, and return what undoes it."""
    path = COPY / mutation.file
    text = path.read_text()
    if text.count(mutation.before) != 1:
        sys.exit(f"{mutation.name}: its text stands {text.count(mutation.before)} times in {mutation.file}, not once")
    path.write_text(text.replace(mutation.before, mutation.after))
    return lambda: path.write_text(text)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("names", nargs="*")
    names = parser.parse_args().names
    unknown = set(names) - {mutation.name for mutation in MUTATIONS}
    if unknown:
        sys.exit(f"Unknown mutations: {', '.join(sorted(unknown))}. Known: {', '.join(m.name for m in MUTATIONS)}")
    chosen = [mutation for mutation in MUTATIONS if not names or mutation.name in names]
    copy_sources()
    if errors := build():
        sys.exit(errors)
    for mutation in {mutation.test: mutation for mutation in chosen}.values():
        if broken := failures(mutation):
            sys.exit(f"{mutation.test} fails on the code as it is: {', '.join(broken)}")
    survivors = []
    for mutation in chosen:
        start = time.monotonic()
        undo = apply(mutation)
        try:
            if errors := build():
                sys.exit(f"{mutation.name} does not compile:\n{errors[-3000:]}")
            broken = failures(mutation)
        finally:
            undo()
        if broken is None:
            survivors.append(mutation.name)
        verdict = "SURVIVED" if broken is None else f"failed: {', '.join(broken)}"
        print(f"{mutation.name} ({time.monotonic() - start:.0f} s): {verdict}", flush=True)
    build()
    print(f"{len(chosen) - len(survivors)} of {len(chosen)} mutations were noticed.")
    sys.exit(1 if survivors else 0)


if __name__ == "__main__":
    main()
