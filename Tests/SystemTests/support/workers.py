"""Threads that do something to a server while a test watches."""

import threading


class Workers:
    """Threads that run while the `with` block does; at its end they are asked to stop, and must."""

    def __init__(self):
        self._stopped = threading.Event()
        self._threads = []

    def _add(self, body, *arguments):
        self._threads.append(threading.Thread(target=body, args=arguments))

    def __enter__(self):
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self._stopped.set()
        for thread in self._threads:
            thread.join(60)
        assert not any(thread.is_alive() for thread in self._threads)


def in_parallel(calls):
    """Call each function in a thread of its own, and return their results."""
    results = [None] * len(calls)

    def run(index):
        results[index] = calls[index]()

    threads = [threading.Thread(target=run, args=[index]) for index in range(len(calls))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results
