"""Another process that uses the engines; it does what it reads, one word a line."""

import os
import socket
import sys
from urllib.parse import urlsplit

import psycopg2

from leadbridge.embedded import EmbeddedError, provide


def ask_redis(command: str) -> str:
    """One command in the protocol's form for people; the last word of the answer."""
    with socket.socket(socket.AF_UNIX) as link:
        link.connect(urlsplit(os.environ["REDIS_URL"]).path)
        link.sendall(f"{command}\r\n".encode())
        return link.recv(1000).decode().split()[-1]


def main() -> None:
    try:
        provide()
    except EmbeddedError as error:
        sys.exit(f"refused: {error}")
    link = psycopg2.connect(os.environ["DATABASE_URL"])
    link.autocommit = True
    cursor = link.cursor()
    print("ready", flush=True)
    for line in sys.stdin:
        if line.startswith("remember"):
            cursor.execute("CREATE TABLE IF NOT EXISTS word (word text)")
            cursor.execute("INSERT INTO word VALUES ('kept')")
            ask_redis("SET word kept")
            print("done", flush=True)
        elif line.startswith("recall"):
            cursor.execute("SELECT word FROM word")
            print(*(row[0] for row in cursor.fetchall()), ask_redis("GET word"), flush=True)
        elif line.startswith("lower"):
            cursor.execute("SELECT lower('ÉTÉ'), current_setting('TimeZone')")
            print(*(cursor.fetchone() or ()), flush=True)
        elif line.startswith("ports"):
            cursor.execute("SELECT current_setting('listen_addresses')")
            print(cursor.fetchone(), ask_redis("CONFIG GET port"), flush=True)


if __name__ == "__main__":
    main()
