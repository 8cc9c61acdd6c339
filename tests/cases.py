"""Runs the functions of a test program that are named test_..., each with a folder of its own that is gone afterwards.

    cases.run(globals(), sys.argv[3:])        # of those only what has one of these parts in its name; none named: all

The last line is "N passed, N failed", and the exit code 1 when any failed. An assertion that does not hold, or an exception of `fails`, fails its
test alone; any other exception is a mistake of the program and ends it.
"""
import sys
import tempfile
import traceback


def run(names, chosen=(), fails=AssertionError):
    passed = failed = 0
    for name, test in [(name, value) for name, value in names.items() if name.startswith("test_")]:
        if chosen and not any(part in name for part in chosen):
            continue
        with tempfile.TemporaryDirectory() as folder:
            try:
                test(folder)
                passed += 1
            except fails as error:
                failed += 1
                frames = traceback.extract_tb(error.__traceback__)
                line = ([frame.lineno for frame in frames if frame.name == name] or [frames[-1].lineno])[-1]  # what fails after a test is not in it
                print(f"{name}: line {line}: {error!r}"[:1500], file=sys.stderr)
    print(f"{passed} passed, {failed} failed")
    sys.exit(failed > 0)
