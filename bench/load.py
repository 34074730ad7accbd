"""A small keep-alive load from a process of its own: asks, and prints answers a second.

`python -m bench.load PORT CONNECTIONS SECONDS` reads requests (JSON: method, path, headers, and the
`status` that is good where not every 2xx is) from standard input, one a line; goes round them, or
through them once where SECONDS is 0.
"""

import http.client
import itertools
import json
import sys
import threading
import time


def main(port: int, connections: int, seconds: float) -> None:
    """Prints `rate bad`: answers a second, and how many were not good."""
    requests = [json.loads(line) for line in sys.stdin]
    todo = iter(requests) if seconds == 0 else itertools.cycle(requests)
    lock, good, bad = threading.Lock(), [0] * connections, [0] * connections
    began = time.perf_counter()

    def ask(mine: int) -> None:
        link = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        while seconds == 0 or time.perf_counter() - began < seconds:
            with lock:
                request = next(todo, None)
            if request is None:
                return
            body = request.get("body")
            link.request(request["method"], request["path"], body=body, headers=request["headers"])
            answer = link.getresponse()
            answer.read()
            wanted = request.get("status")
            fine = answer.status == wanted if wanted else 200 <= answer.status < 300
            (good if fine else bad)[mine] += 1

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(connections)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    print(sum(good) / (time.perf_counter() - began), sum(bad))


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3]))
