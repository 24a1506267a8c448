"""Makes chroma-folder.zip, the folder that ChromaTests reads, with a running Chroma (npm chromadb 3.5.0: `chroma run --path FOLDER --port PORT`).

    python3 chroma-folder.py PORT FOLDER

Written through the server's own API, so that its segments, its log and its database are real ones. The vectors are fractions of small whole numbers, which the test computes again.
"""
import json, sqlite3, sys, urllib.request, zipfile
from pathlib import Path

port, folder = sys.argv[1], Path(sys.argv[2])
root = f"http://127.0.0.1:{port}/api/v2/tenants/default_tenant/databases/default_database/collections"


def call(path, body):
    request = urllib.request.Request(root + path, json.dumps(body).encode(), {"content-type": "application/json"})
    return json.loads(urllib.request.urlopen(request).read() or b"null")


def vector(i, size):
    return [((i * 7 + j * 3) % 11 - 5) / 4 for j in range(size)]


def fill(name, space, count, size):
    made = call("", {"name": name, "configuration": {"hnsw": {"space": space, "sync_threshold": 20, "batch_size": 10}}})["id"]
    for start in range(0, count, 10):
        numbers = range(start, min(count, start + 10))
        call(f"/{made}/upsert", {
            "ids": [f"doc-{i}" for i in numbers], "embeddings": [vector(i + 1, size) for i in numbers],
            "metadatas": [{"n": i, "even": i % 2 == 0, "city": ["Oslo", "Rome"][i % 2], "third": i / 4} for i in numbers], "documents": [f"text {i}" for i in numbers]})
        call(f"/{made}/query", {"query_embeddings": [vector(1, size)], "n_results": 1})  # brings the segments up to date
    return made


fill("cosine", "cosine", 45, 4)
euclid = fill("euclid", "l2", 45, 3)
call(f"/{euclid}/delete", {"ids": ["doc-3", "doc-44"]})                                                           # one in the segment, one in the log
call(f"/{euclid}/update", {"ids": ["doc-5"], "embeddings": [[9, 9, 9]], "metadatas": [{"n": -5, "city": None}]})
call(f"/{euclid}/upsert", {"ids": ["late"], "embeddings": [[1, 2, 3]], "metadatas": [{"n": 99}], "documents": ["late text"]})
call("", {"name": "empty"})
small = folder / "small.sqlite3"
sqlite3.connect(folder / "chroma.sqlite3").execute(f"VACUUM INTO '{small}'")
with zipfile.ZipFile(Path(__file__).with_name("chroma-folder.zip"), "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
    archive.write(small, "chroma.sqlite3")
    for file in sorted(path for path in folder.rglob("*") if path.is_file() and path.parent != folder):
        archive.write(file, file.relative_to(folder).as_posix())
small.unlink()
