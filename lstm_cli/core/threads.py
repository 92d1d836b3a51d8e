"""How many threads a process should compute on."""

import os


def granted_threads() -> int:
    """Threads that serve this process best: one a core, of the cores that it was granted.

    That is what ``OMP_NUM_THREADS`` says, or else the number of physical cores, by the
    process's affinity and by the quota of its container, as joblib finds them.
    """
    asked = os.environ.get("OMP_NUM_THREADS", "")
    if asked.isdecimal() and int(asked):
        return int(asked)
    from joblib import cpu_count  # which takes a tenth of a second to load

    return int(cpu_count(only_physical_cores=True))
