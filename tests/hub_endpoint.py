"""A stand-in for the hub: as much of its interface as pushing and pulling a model needs.

It answers on loopback what the hub answers: repositories with branches and commits, small files
within a commit, large ones by the protocol of git-lfs, refusals with the hub's error codes.
"""

import base64
import hashlib
import json
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import unquote, urlsplit

import yaml

TOKEN = "hf_of-anna-that-nobody-may-see"
MOST_REGULAR = 2_000  # bytes; a larger file goes by git-lfs


class Refused(Exception):
    """An answer that is an error: a status, and the hub's code and words for it."""

    def __init__(self, status: int, code: str = "", said: str = "") -> None:
        super().__init__(status)
        self.status = status
        self.headers = {"X-Error-Code": code, "X-Error-Message": said}


def oid(content: bytes | None) -> str | None:
    """By what a file is known that is there already: as git or git-lfs has it."""
    if content is None:
        return None
    if len(content) > MOST_REGULAR:
        return hashlib.sha256(content).hexdigest()
    return hashlib.sha1(b"blob %d\0" % len(content) + content).hexdigest()


@dataclass
class Repository:
    """A model on the hub."""

    private: bool
    commits: dict[str, dict[str, bytes]] = field(default_factory=dict)  # sha -> its files
    branches: dict[str, str] = field(default_factory=dict)
    messages: list[str] = field(default_factory=list)

    def commit(self, branch: str, files: dict[str, bytes], message: str) -> str:
        """A new state of a branch; its sha."""
        sha = hashlib.sha1(f"{len(self.commits)} {message}".encode()).hexdigest()
        self.commits[sha] = files
        self.branches[branch] = sha
        self.messages.append(message)
        return sha

    def sha(self, revision: str) -> str:
        """The commit that a branch, or a commit itself, stands for."""
        sha = self.branches.get(revision, revision)
        if sha not in self.commits:
            raise Refused(404, "RevisionNotFound")
        return sha

    def files(self, revision: str = "main") -> dict[str, bytes]:
        """The files of a revision."""
        return self.commits[self.sha(revision)]


@dataclass
class Hub:
    """What lies on the hub, whoever asks, and what was asked."""

    address: str = ""
    repositories: dict[str, Repository] = field(default_factory=dict)
    objects: dict[str, bytes] = field(default_factory=dict)  # large files by their sha256
    asked: list[tuple[str, str]] = field(default_factory=list)  # method and path
    spoil: Callable[[str, bytes], bytes] = lambda _, content: content  # a file on its way out
    failing: int = 0  # a status: the answer to everything

    def paths(self, method: str) -> list[str]:
        """What was asked for by a method, so far."""
        return [path for asked, path in self.asked if asked == method]


class Answer(BaseHTTPRequestHandler):
    """One request."""

    hub: Hub

    def do_GET(self) -> None:
        self._answer(self._get)

    def do_HEAD(self) -> None:
        self._answer(self._get)

    def do_POST(self) -> None:
        self._answer(self._post)

    def do_PUT(self) -> None:
        self._answer(self._put)

    def log_message(self, *_: object) -> None:
        """Nothing: a test reads what the command prints."""

    def _answer(self, work: Callable[[str, bytes], bytes | dict[str, Any] | list[Any]]) -> None:
        path = unquote(urlsplit(self.path).path)
        self.hub.asked.append((self.command, path))
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        try:
            if self.hub.failing:
                raise Refused(self.hub.failing, said="on holiday")
            made = work(path, body)
            status, headers = 200, {}
        except Refused as refused:
            made, status, headers = b"", refused.status, refused.headers
        content = made if isinstance(made, bytes) else json.dumps(made).encode()
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)

    @property
    def _is_anna(self) -> bool:
        return self.headers.get("Authorization") == f"Bearer {TOKEN}"

    def _repository(self, name: str) -> Repository:
        found = self.hub.repositories.get(name)
        if found is None or (found.private and not self._is_anna):
            raise Refused(404 if self._is_anna else 401, "RepoNotFound")
        return found

    def _check_may_write(self, owner: str) -> None:
        if not self._is_anna:
            raise Refused(401, said="Invalid username or password.")
        if owner != "anna":
            raise Refused(403, said="You have no rights for this namespace")

    def _get(self, path: str, _: bytes) -> bytes | dict[str, Any] | list[Any]:
        if found := re.fullmatch(r"/api/models/([^/]+/[^/]+)(?:/revision/(.+))?", path):
            return self._about(found[1], found[2] or "main")
        if found := re.fullmatch(r"/api/models/([^/]+/[^/]+)/tree/([^/]+)/?", path):
            files = self._repository(found[1]).files(found[2])
            return [
                {"type": "file", "path": name, "size": len(content), "oid": "0" * 40}
                for name, content in files.items()
            ]
        if found := re.fullmatch(r"/([^/]+/[^/]+)/resolve/([^/]+)/(.+)", path):
            files = self._repository(found[1]).files(found[2])
            if found[3] not in files:
                raise Refused(404, "EntryNotFound")
            return self.hub.spoil(found[3], files[found[3]])
        raise Refused(404)

    def _about(self, name: str, revision: str) -> dict[str, Any]:
        repository = self._repository(name)
        files = repository.files(revision)
        top = re.match(r"---\n(.*?)\n---\n", files.get("README.md", b"").decode(), re.DOTALL)
        return {
            "id": name,
            "sha": repository.sha(revision),
            "private": repository.private,
            "siblings": [{"rfilename": file} for file in files],
            "cardData": yaml.safe_load(top[1]) if top else None,
        }

    def _post(self, path: str, body: bytes) -> dict[str, Any]:
        if path == "/api/validate-yaml":
            yaml.safe_load(re.match(r"---\n(.*?)\n---\n", json.loads(body)["content"], re.S)[1])
            return {"errors": [], "warnings": []}
        if path == "/api/repos/create":
            return self._create(json.loads(body))
        found = re.fullmatch(r"/api/models/(([^/]+)/[^/]+)/(branch|preupload|commit)/(.+)", path)
        if found:
            repository = self._repository(found[1])
            self._check_may_write(found[2])
            if found[3] == "branch":
                if found[4] in repository.branches:
                    raise Refused(409, said="Reference already exists")
                repository.branches[found[4]] = repository.branches["main"]
                return {}
            work = self._preupload if found[3] == "preupload" else self._commit
            return work(repository, found[4], body)
        if re.fullmatch(r"/anna/[^/]+\.git/info/lfs/objects/batch", path):
            return {"transfer": "basic", "objects": [
                {"oid": wanted["oid"], "size": wanted["size"],
                 "actions": {"upload": {"href": f"{self.hub.address}/lfs/{wanted['oid']}"}}}
                for wanted in json.loads(body)["objects"]
            ]}  # fmt: skip
        raise Refused(404)

    def _create(self, asked: dict[str, Any]) -> dict[str, Any]:
        owner = asked.get("organization") or "anna"
        self._check_may_write(owner)
        name = f"{owner}/{asked['name']}"
        if name in self.hub.repositories:
            raise Refused(409, said="You already created this model repo")
        repository = Repository(private=asked.get("visibility") == "private")
        repository.commit("main", {".gitattributes": b"*.safetensors filter=lfs\n"}, "initial")
        self.hub.repositories[name] = repository
        return {"url": f"{self.hub.address}/{name}"}

    def _preupload(self, repository: Repository, branch: str, body: bytes) -> dict[str, Any]:
        there = repository.files(branch)
        return {"files": [
            {"path": file["path"], "shouldIgnore": False, "oid": oid(there.get(file["path"])),
             "uploadMode": "lfs" if file["size"] > MOST_REGULAR else "regular"}
            for file in json.loads(body)["files"]
        ]}  # fmt: skip

    def _commit(self, repository: Repository, branch: str, body: bytes) -> dict[str, Any]:
        files, message = dict(repository.files(branch)), ""
        for line in map(json.loads, body.splitlines()):
            value = line["value"]
            if line["key"] == "header":
                message = value["summary"]
            elif line["key"] == "file":
                files[value["path"]] = base64.b64decode(value["content"])
            elif line["key"] == "lfsFile":
                files[value["path"]] = self.hub.objects[value["oid"]]
            else:
                del files[value["path"]]
        sha = repository.commit(branch, files, message)
        return {"success": True, "commitOid": sha, "commitUrl": f"{self.hub.address}/c/{sha}"}

    def _put(self, path: str, body: bytes) -> bytes:
        oid = path.removeprefix("/lfs/")
        if hashlib.sha256(body).hexdigest() != oid:
            raise Refused(422, said="not what was announced")
        self.hub.objects[oid] = body
        return b""


@contextmanager
def running_hub() -> Iterator[Hub]:
    """A hub that answers in a thread, with nothing on it."""
    hub = Hub()
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Answer", (Answer,), {"hub": hub}))
    hub.address = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield hub
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
