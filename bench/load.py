"""Asks a server as often as it answers: four connections that stay open, for some seconds.

Run as a process of its own: reads orders as JSON from its input, writes what came of them.
"""

import json
import sys
import threading
from collections import Counter
from http.client import HTTPConnection
from itertools import count, cycle
from time import perf_counter

CONNECTIONS = 4


def main() -> None:
    """`requests` (method, path, headers) are asked in turn, or once each when `once` is set."""
    order = json.load(sys.stdin)
    asked = iter(order["requests"]) if order["once"] else cycle(order["requests"])
    lock, answers, took = threading.Lock(), Counter[int](), []
    end = perf_counter() + order["seconds"]
    number = count()

    def ask() -> None:
        link = HTTPConnection(order["host"], order["port"], timeout=30)
        while perf_counter() < end:
            with lock:
                request = next(asked, None)
            if request is None:
                return
            method, path, headers = request
            body = b"{}" if method == "POST" else None
            began = perf_counter()
            link.request(method, path, body=body, headers=headers)
            answer = link.getresponse()
            answer.read()
            took.append(perf_counter() - began)
            with lock:
                answers[answer.status] += 1
                next(number)

    began = perf_counter()
    threads = [threading.Thread(target=ask) for _ in range(CONNECTIONS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    seconds = perf_counter() - began
    took.sort()
    json.dump(
        {"answers": answers, "seconds": seconds, "p95": took[len(took) * 95 // 100]}, sys.stdout
    )


if __name__ == "__main__":
    main()
