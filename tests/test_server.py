"""What ``lstm serve`` answers is what the commands print, whoever asks and however."""

import asyncio
import json
import shutil
import signal
import socket
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from itertools import count, product
from types import SimpleNamespace
from typing import Any

import pytest

pytest.importorskip("fastapi", reason="the extra serve is not installed")
pytest.importorskip("uvicorn", reason="the extra serve is not installed")
pytest.importorskip("prometheus_client", reason="the extra serve is not installed")
httpx = pytest.importorskip("httpx", reason="httpx is not installed")

from lstm_cli.bundle.reading import Bundle, open_bundle  # noqa: E402
from lstm_cli.bundle.versions import save_as_next  # noqa: E402
from lstm_cli.bundle.writing import write_bundle  # noqa: E402
from lstm_cli.server import app, guard, running  # noqa: E402
from lstm_cli.server.app import Service  # noqa: E402
from lstm_cli.server.limits import Limits  # noqa: E402
from lstm_cli.server.reloading import Holder, Watcher, load, load_other  # noqa: E402
from lstm_cli.server.served import LivePage, ServedModel  # noqa: E402
from lstm_cli.views.live_page import live_page  # noqa: E402
from tests.helpers import copied, lstm, new_bundle  # noqa: E402
from tests.serving import JSON, Running, answer_on, client_of, head, resident_bytes, serving, storm  # noqa: E402
from tests.serving import running as running_server  # noqa: E402

SMALL = Limits(max_body=2_000, max_texts=3, max_words=20)


@pytest.fixture(scope="module")
def model(tiny_bundles: dict[str, Bundle]) -> ServedModel:
    """Four units."""
    return load(tiny_bundles["lstm"])


@pytest.fixture(scope="module")
def server(model: ServedModel) -> Iterator[Running]:
    """Takes little at once."""
    with running_server(Service(Holder(model), SMALL)) as started:
        yield started


@pytest.fixture
def client(server: Running) -> Iterator["httpx.Client"]:
    with server.client() as asking:
        yield asking


def printed(*arguments: object) -> list[dict]:
    done = lstm("-q", *arguments, "--json")
    assert done.exit_code == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_one_text_is_rated_as_the_command_does_it(
    client: "httpx.Client", tiny_bundle: Bundle
) -> None:
    """To the last digit."""
    for text in ("a fine film", "<br />", "no fun at all, <br /> \u00fcber \u2764", "x" * 500):
        answer = client.post("/v1/predict", json={"text": text})
        expected = printed("predict", text, "--model", tiny_bundle.path)
        assert (answer.status_code, [answer.json()]) == (200, expected)
    empty = client.post("/v1/predict", json={"text": ""})  # which the command refuses
    assert empty.status_code == 200


def test_several_texts_are_rated_in_their_order(
    client: "httpx.Client", tiny_bundle: Bundle
) -> None:
    texts = ["a dull film", "<br />", "superb!"]
    answers = client.post("/v1/predict", json={"texts": texts}).json()
    for answer, expected in zip(
        answers, printed("predict", *texts, "--model", tiny_bundle.path), strict=True
    ):
        for name in ("expected_rating", "probabilities"):
            assert answer.pop(name) == pytest.approx(expected.pop(name), abs=1e-6)
        assert answer == expected
    assert client.post("/v1/predict", json={"texts": []}).json() == []


@pytest.mark.parametrize("options", [(), ("--ledger",), ("--ledger", "--units")])
def test_a_review_is_looked_into_as_the_command_does_it(
    client: "httpx.Client", tiny_bundle: Bundle, options: tuple[str, ...]
) -> None:
    text = "not a dull film"
    asked = {"text": text, **{option.strip("-"): True for option in options}}
    answer = client.post("/v1/inspect", json=asked)
    assert [answer.json()] == printed("inspect-gates", text, *options, "--model", tiny_bundle.path)
    assert client.post("/v1/inspect", json={"text": ""}).status_code == 200


def test_a_server_that_says_so_hears_signals(model: ServedModel) -> None:
    """Who started it may end it at once."""
    told = guard.Listener(lambda line: None, lambda line, error: None)
    said: list[str] = []

    def end() -> None:
        said.append("ready")
        signal.raise_signal(signal.SIGTERM)

    with running.listen("127.0.0.1", 0) as listening:
        running.serve(Service(Holder(model)), listening, told, end)
    assert said == ["ready"]


def test_a_lone_surrogate_is_a_text_like_another(client: "httpx.Client") -> None:
    """JSON can write it, and UTF-8 cannot."""
    answer = client.post("/v1/predict", content=rb'{"text": "fine \ud800"}', headers=JSON)
    assert answer.json()["text"] == "fine \ud800"


def test_the_page_is_that_of_lstm_live(client: "httpx.Client", tiny_bundle: Bundle) -> None:
    answer = client.get("/")
    assert answer.content == live_page([tiny_bundle])
    assert answer.headers["content-type"] == "text/html; charset=windows-1252"
    policy = answer.headers["content-security-policy"]
    assert policy.removesuffix("; frame-ancestors 'none'").encode() in answer.content
    assert "script-src 'sha256-" in policy


def test_the_page_computes_in_a_browser(server: Running, browser: Any, tiny_bundle: Bundle) -> None:
    """Under the headers it comes with, and it asks for nothing more."""
    context = browser.new_context()
    page, troubles, asked = context.new_page(), [], []
    page.on("console", lambda message: troubles.append(message.text))
    page.on("pageerror", lambda error: troubles.append(str(error)))
    page.on("request", lambda request: asked.append(request.url))
    page.goto(server.address)
    page.wait_for_selector("#rating")
    page.fill("#text", "superb!")
    rating = printed("predict", "superb!", "--model", tiny_bundle.path)[0]["rating"]
    assert str(rating) in page.inner_text("#rating")
    context.close()
    assert troubles == []
    assert [url for url in asked if url.startswith("http")] == [f"{server.address}/"]


def test_the_model_is_described_without_its_machine(
    client: "httpx.Client", tiny_bundle: Bundle
) -> None:
    shown = printed("models", "show", tiny_bundle.path)[0]
    described = client.get("/v1/model").json()
    for name in ("path", "versions"):
        del shown[name]
    for name in ("files", "threads"):
        del shown["data"][name]
    for name in ("vectors", "held_out_from"):
        shown["data"].pop(name, None)
    assert described == shown
    for part in (*tiny_bundle.path.parent.parts[1:], "held-out.csv", "lstm.csv"):
        assert part not in client.get("/v1/model").text.replace("lstm_cli", "")


def test_what_was_asked_is_counted(model: ServedModel) -> None:
    with running_server(Service(Holder(model))) as started, started.client() as client:
        assert client.get("/healthz").json() == {"status": "ok", "model": "lstm"}
        client.post("/v1/predict", json={"texts": ["a", "b"]})
        client.get("/no/such/place")
        counted = client.get("/metrics")
    assert counted.headers["content-type"].startswith("text/plain")
    for line in (
        'lstm_requests_total{route="/v1/predict",status="200"} 1.0',
        'lstm_requests_total{route="other",status="404"} 1.0',
        'lstm_request_seconds_count{route="/healthz"} 1.0',
        "lstm_texts_rated_total 2.0",
        'lstm_batch_texts_bucket{le="2.0"} 1.0',
    ):
        assert line in counted.text.splitlines()


@pytest.mark.parametrize(
    ("body", "status", "problem"),
    [
        ('{"te', 400, "the body is not JSON"),
        ("", 400, "the body is not JSON"),
        ("[" * 1_999, 400, "the body is not JSON"),
        ("1" * 1_999, 422, "the body should be a JSON object"),
        ('"fine"', 422, 'the body should be a JSON object, such as {"text": "great movie"}'),
        ("{}", 422, 'give either {"text": "..."} or {"texts": ["...", "..."]}'),
        ('{"text": "a", "texts": []}', 422, "give either"),
        ('{"txt": "a"}', 422, "there is no 'txt'; give text or texts"),
        ('{"text": 5}', 422, '"text" should be a string'),
        ('{"texts": "a"}', 422, '"texts" should be a list of strings'),
        ('{"texts": ["a", null]}', 422, '"texts[1]" should be a string'),
        ('{"texts": ["", "", "", ""]}', 422, "4 texts in one request; send at most 3 at once"),
        (json.dumps({"text": "a " * 21}), 422, '"text" has 21 words; cut it to at most 20'),
        (json.dumps({"texts": ["a", "a " * 21]}), 422, '"texts[1]" has 21 words'),
        (json.dumps({"text": "a" * 601}), 422, '"text" has 601 characters; cut it to at most 20'),
        (" " * 2_001, 413, "the body is larger than 2,000 bytes; send the texts in several"),
    ],
)
def test_a_refusal_says_what_to_do(
    client: "httpx.Client", body: str, status: int, problem: str
) -> None:
    answer = client.post("/v1/predict", content=body.encode(), headers=JSON)
    assert answer.status_code == status
    said = answer.json()
    assert list(said) == ["error"]
    assert said["error"].startswith(problem)


@pytest.mark.parametrize(
    ("asked", "problem"),
    [
        ({}, '"text" is missing'),
        ({"text": "a", "ledger": 1}, '"ledger" should be true or false'),
        ({"text": "a", "step": 1}, "there is no 'step'; give text or ledger or units"),
    ],
)
def test_what_cannot_be_looked_into_is_refused(
    client: "httpx.Client", asked: dict, problem: str
) -> None:
    answer = client.post("/v1/inspect", json=asked)
    assert (answer.status_code, list(answer.json())) == (422, ["error"])
    assert answer.json()["error"].startswith(problem)


def test_a_long_review_is_not_looked_into(model: ServedModel) -> None:
    """Each word takes a reading of all."""
    with running_server(Service(Holder(model))) as started, started.client() as client:
        answer = client.post("/v1/inspect", json={"text": "a " * 501})
    assert answer.status_code == 422
    assert answer.json() == {"error": '"text" has 501 words; cut it to at most 500'}
    with running_server(Service(Holder(model), SMALL)) as started, started.client() as client:
        answer = client.post("/v1/inspect", json={"text": "a " * 21})
    assert answer.json() == {"error": '"text" has 21 words; cut it to at most 20'}


@pytest.mark.parametrize(
    "text",
    [
        "<!--" * 30_000, "a" + "\u0301\u0316" * 70_000, "\ufdfa" * 9_000, "a" + "\u0f73" * 4_000,
        "a" + "\u0301\uff9e" * 4_000, "a" + "&#769;&#790;" * 4_000, "a" + "\u0301&#x316" * 4_000,
    ],
)  # fmt: skip
def test_no_text_takes_minutes_to_cut(model: ServedModel, text: str) -> None:
    """Meanwhile nobody else would be answered: comments without end, towers of accents."""
    with running_server(Service(Holder(model))) as started, started.client() as client:
        answer = client.post("/v1/predict", json={"text": text})
        assert (answer.status_code, list(answer.json())) == (422, ["error"])


def test_accents_of_every_language_are_read(model: ServedModel) -> None:
    """Also those that are written as characters of their own, and as HTML."""
    texts = ["\uff76\uff9e" * 400, "\u0f40\u0f73 " * 250, "e&#769;" * 300, "&eacute;" * 300]
    with running_server(Service(Holder(model))) as started, started.client() as client:
        assert client.post("/v1/predict", json={"texts": texts}).status_code == 200


def test_a_text_is_cut_once(model: ServedModel, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also one that is rated alone."""
    review = model.cut("a fine film")
    monkeypatch.setattr(ServedModel, "cut", None)
    monkeypatch.setattr("lstm_cli.inference.predictor.tokenize", None)
    (rated,) = model.rate([review])
    assert (rated.text, rated.tokens) == ("a fine film", 3)


def test_only_json_is_read(client: "httpx.Client") -> None:
    """A page of another site can send plain text without asking, but not this."""
    answer = client.post("/v1/predict", content=b'{"text": "a"}')
    assert (answer.status_code, list(answer.json())) == (415, ["error"])
    assert "access-control-allow-origin" not in answer.headers
    asked = {"origin": "https://elsewhere", "access-control-request-method": "POST"}
    assert client.options("/v1/predict", headers=asked).status_code == 405


# Clients that mean harm, or cannot do better


def test_a_body_is_refused_before_it_is_sent(server: Running) -> None:
    """Its length is enough."""
    for length in (2_001, 10**12, 10**17):
        with server.connection() as connection:
            connection.sendall(head("/v1/predict", f"Content-Length: {length}"))
            assert answer_on(connection)[0] == 413


def test_a_body_without_a_length_is_refused_before_its_end(server: Running) -> None:
    """Chunk after chunk; and no route is without the limit."""
    for path in ("/v1/predict", "/", "/no/such/place"):
        with server.connection() as connection:
            connection.sendall(head(path, "Transfer-Encoding: chunked"))
            for _ in range(3):
                connection.sendall(b"400\r\n" + b"a" * 0x400 + b"\r\n")
            status, said = answer_on(connection)
            assert (status, list(said)) == (413, ["error"])


def test_a_slow_body_is_not_waited_for(model: ServedModel) -> None:
    slow = Service(Holder(model), Limits(body_seconds=0.05))
    with running_server(slow) as started, started.connection() as connection:
        connection.sendall(head("/v1/predict", "Content-Length: 100") + b'{"te')
        status, said = answer_on(connection)
        assert (status, list(said)) == (408, ["error"])
        assert connection.recv(1) == b""  # nor is the rest


def test_a_slow_head_is_not_waited_for(model: ServedModel, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither the first of a connection nor a later one."""
    monkeypatch.setattr(running, "HEAD_SECONDS", 0.05)
    with running_server(Service(Holder(model))) as started:
        with started.connection() as connection:
            connection.sendall(b"GET / HT")
            assert connection.recv(1) == b""
        with started.connection() as connection:
            connection.sendall(head("/healthz", method="GET"))
            assert answer_on(connection)[0] == 200
            connection.sendall(b"GET / HT")
            assert connection.recv(1) == b""


def test_what_is_no_http_is_told_so(server: Running) -> None:
    with server.connection() as connection:
        connection.sendall(b"\x16\x03\x01 hello\r\n\r\n")
        assert answer_on(connection) == (400, {"error": "this is no request of HTTP"})


@pytest.mark.parametrize(
    "path",
    [
        "/../../etc/passwd", "/..%2f..%2fetc/passwd", "//etc/passwd", "/bundle.json", "/docs",
        "/v1/model/../../bundle.json", "/v1/predict/", "/static/", "/%00", "/redoc",
        "/lstm/weights.safetensors", "/v1/model%2e%2e",
    ],
)  # fmt: skip
def test_nothing_but_the_routes_can_be_asked_for(server: Running, path: str) -> None:
    with server.connection() as connection:
        connection.sendall(head(path, "X-Forwarded-Prefix: /etc", method="GET"))
        expected = {"error": "there is nothing here; see /openapi.json"}
        assert answer_on(connection) == (404, expected)


def test_no_header_is_believed(client: "httpx.Client") -> None:
    lies = {
        "host": "evil.example", "x-forwarded-host": "evil.example", "x-original-url": "/metrics",
        "x-http-method-override": "DELETE", "x-forwarded-for": "evil.example",
    }  # fmt: skip
    for path in ("/", "/v1/model", "/healthz", "/openapi.json", "/metrics", "/v1/predict"):
        plain, answer = client.get(path), client.get(path, headers=lies)
        assert answer.status_code == plain.status_code
        assert b"evil" not in answer.content
        assert set(answer.headers) == set(plain.headers)
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]


def test_what_nobody_expected_is_told_to_whoever_runs_the_server(
    model: ServedModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In one line, and the next request is answered."""
    with running_server(Service(Holder(model))) as started, started.client() as client:
        with monkeypatch.context() as patched:
            patched.setattr(model, "rate", lambda _: [][1])
            answer = client.post("/v1/predict", json={"text": "a"})
        assert answer.status_code == 500
        assert answer.json() == {
            "error": "the server failed to answer; whoever runs it has been told"
        }
        assert client.post("/v1/predict", json={"text": "a"}).status_code == 200
    # It is told after the answer has gone, so perhaps not before the server has ended.
    assert started.complained == ["a request failed: IndexError: list index out of range"]


def test_those_who_come_too_many_are_told_when_to_come_back(
    model: ServedModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    """But whether the server lives, it always says."""
    monkeypatch.setattr(guard, "MOST_WAITING", 0)
    with running_server(Service(Holder(model))) as started, started.client() as client:
        answer = client.post("/v1/predict", json={"text": "a"})
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "1")
        assert answer.json() == {"error": "0 requests are waiting already; try again soon"}
        assert client.get("/healthz").status_code == 200
        monkeypatch.setattr(guard, "MOST_WAITING", 1)
        monkeypatch.setattr(app, "MOST_INSPECTIONS_WAITING", -1)
        answer = client.post("/v1/inspect", json={"text": "a"})
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "1")


def test_those_who_send_no_body_keep_nobody_out(
    model: ServedModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A head costs nothing; only what was sent whole waits for an answer."""
    monkeypatch.setattr(guard, "MOST_WAITING", 1)
    begun = head("/v1/predict", "Content-Type: application/json", "Content-Length: 13")
    with (
        running_server(Service(Holder(model))) as started,
        started.client() as client,
        started.connection() as one,
        started.connection() as other,
    ):
        for connection in (one, other):
            connection.sendall(begun)
        assert client.get("/healthz").status_code == 200
        assert client.post("/v1/predict", json={"text": "a"}).status_code == 200
        for connection in (one, other):
            connection.sendall(b'{"text": "a"}')
            assert answer_on(connection)[0] == 200


def test_bodies_that_are_being_sent_are_held_up_to_a_limit(
    model: ServedModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of all who send; what is not held any longer is not counted."""
    monkeypatch.setattr(guard, "MOST_HALF_READ", 1)
    service = Service(Holder(model), Limits(max_body=1_000))
    with running_server(service) as started, started.client() as client:
        for _ in range(2):
            with started.connection() as connection:
                connection.sendall(head("/", "Content-Length: 1000") + b" " * 999)
                while client.post("/v1/predict", json={"text": "a"}).status_code != 503:
                    pass
                answer = client.post("/v1/predict", json={"text": "a"})
                assert answer.headers["retry-after"] == "1"
                assert answer.json()["error"].endswith("sent already; try again soon")
                assert client.get("/healthz").status_code == 200
            while client.post("/v1/predict", json={"text": "a"}).status_code != 200:
                pass


def test_a_request_that_nobody_waits_for_is_given_up(
    model: ServedModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    began, may_go_on = threading.Event(), threading.Event()
    rate = model.rate

    def slowly(reviews: list) -> list:
        began.set()
        may_go_on.wait()
        return rate(reviews)

    monkeypatch.setattr(model, "rate", slowly)
    with running_server(Service(Holder(model))) as started, started.client() as client:
        with started.connection() as connection:
            body = b'{"text": "a"}'
            connection.sendall(
                head(
                    "/v1/predict", "Content-Type: application/json", f"Content-Length: {len(body)}"
                )
                + body
            )
            began.wait()
        while 'status="499"' not in client.get("/metrics").text:
            pass
        may_go_on.set()
        assert client.post("/v1/predict", json={"text": "b"}).status_code == 200


def test_whoever_takes_nothing_of_an_answer_is_not_waited_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Nor is more of it held ready than a piece; who reads gets all of it."""
    page = LivePage(bytes(range(256)) * 2**17, "default-src 'none'")
    service = Service(Holder(SimpleNamespace(page=page, name="large")))
    with running_server(service) as started, started.client() as client:
        assert client.get("/").content == page.content
        monkeypatch.setattr(running, "STUCK_SECONDS", 0.05)
        with started.connection() as connection:
            connection.sendall(head("/", method="GET"))
            while sum(line.startswith("GET / ") for line in started.said) < 2:
                client.get("/healthz")


# A new model


def test_a_new_model_answers_without_a_gap(tiny_bundles: dict[str, Bundle]) -> None:
    """Requests go on all the time; each is answered by one model or the other."""
    path = copied(tiny_bundles["lstm"], "films")
    holder, said = Holder(load(open_bundle(path))), []
    watcher = Watcher(path, holder, said.append, said.append)
    texts = ["a fine film", "no fun at all"]
    answers = {
        name: [rated["rating"] for rated in printed("predict", *texts, "--model", bundle.path)]
        + [bundle.info.model.cell]
        for name, bundle in tiny_bundles.items()
    }
    service = Service(holder, watcher=watcher, reload_seconds=0.01)
    is_new = threading.Event()

    with running_server(service) as started:

        def ask(_: int) -> list[str]:
            seen = []
            with started.client() as client:
                while not (is_new.is_set() and seen and seen[-1] == "rnn"):
                    rated = client.post("/v1/predict", json={"texts": texts})
                    inspected = client.post("/v1/inspect", json={"text": texts[0]})
                    assert (rated.status_code, inspected.status_code) == (200, 200)
                    found = [answer["rating"] for answer in rated.json()]
                    assert found in (answers["lstm"][:2], answers["rnn"][:2])
                    assert {answer["model"] for answer in rated.json()} == {"films"}
                    seen.append(inspected.json()["summary"]["cell"])
                    if seen[-1] == "rnn":
                        is_new.set()
                assert client.get("/v1/model").json()["model"]["cell"] == "rnn"
            return seen

        with ThreadPoolExecutor(4) as clients:
            asked = [clients.submit(ask, number) for number in range(4)]
            write_bundle(new_bundle(tiny_bundles["rnn"]), path, replace=True)
            for seen in asked:
                cells = seen.result()
                assert cells == sorted(cells)  # never back to the old one
        assert started.complained == []
    assert said == ["model films was replaced; the new one answers now"]


def test_a_version_is_served_under_its_name(tiny_bundles: dict[str, Bundle]) -> None:
    """And is not replaced: who asks for hotels@1 wants no other."""
    path = copied(tiny_bundles["rnn"], "hotels")
    save_as_next(new_bundle(tiny_bundles["lstm"]), path)
    with serving("hotels@1") as (_, address):
        said = httpx.post(f"{address}/v1/predict", json={"text": "fine"}).json()
        assert [said] == printed("predict", "fine", "--model", "hotels@1")
        assert said["model"] == "hotels@1"
    for version in ("hotels@1", "hotels@2"):
        done = lstm("serve", "--port", "0", "--model", version, "--reload-model")
        assert done.exit_code == 2
        assert done.stderr.splitlines()[-1] == (
            f"lstm: --reload-model goes with a model, and {version} is one version of it, which "
            "stays as it is"
        )


def test_a_model_that_is_the_same_is_not_read_again(tiny_bundle: Bundle) -> None:
    """However often its folder is touched; what was replaced before the first look is seen."""
    path = copied(tiny_bundle, "films")
    holder = Holder(load(open_bundle(path)))
    first = holder.model
    with running_server(Service(holder, watcher=Watcher(path, holder, print, print))):
        assert load_other(path, first) is None
    write_bundle(replace(new_bundle(tiny_bundle), notes="\nBetter.\n"), path, replace=True)
    said: list[str] = []
    watcher = Watcher(path, holder, said.append, said.append)
    with ThreadPoolExecutor(1) as elsewhere:  # the browser has a loop in this thread
        for _ in range(2):
            elsewhere.submit(lambda: asyncio.run(watcher.look())).result()
    assert holder.model is not first
    assert said == ["model films was replaced; the new one answers now"]


def test_a_broken_model_is_not_taken(tiny_bundle: Bundle) -> None:
    """It is told of once, and the old one goes on without its files."""
    path = copied(tiny_bundle, "films")
    holder, complained = Holder(load(open_bundle(path))), []
    watcher = Watcher(path, holder, complained.append, complained.append)
    service = Service(holder, watcher=watcher, reload_seconds=0.001)
    with running_server(service) as started, started.client() as client:
        before = client.post("/v1/predict", json={"text": "fine"}).json()
        shutil.rmtree(path)
        path.mkdir()
        (path / "new").write_text("{}")
        (path / "new").rename(path / "bundle.json")
        while not complained:
            client.get("/healthz")
        (path / "bundle.json").unlink()
        for _ in range(20):
            assert client.post("/v1/predict", json={"text": "fine"}).json() == before
        assert client.post("/v1/predict", json={"texts": ["words", "unseen"]}).status_code == 200
        assert client.get("/").status_code == 200
    assert len(complained) == 1
    assert complained[0].startswith("the new model is not used, the old one goes on: ")


# The command


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_what_was_begun_is_answered_before_the_end(
    tiny_bundle: Bundle, number: signal.Signals
) -> None:
    """The end is a good one, and nothing is said of it."""
    body = b'{"text": "a fine film"}'
    begun = ("Content-Type: application/json", f"Content-Length: {len(body)}")
    with serving(tiny_bundle.path) as (process, address):
        port = int(address.rpartition(":")[2])
        with socket.create_connection(("127.0.0.1", port), timeout=60) as connection:
            connection.sendall(head("/v1/predict", *begun, "Expect: 100-continue"))
            assert connection.recv(1_000).startswith(b"HTTP/1.1 100 ")  # so it is being read
            process.send_signal(number)
            connection.sendall(body)
            status, said = answer_on(connection)
        assert (status, said["text"]) == (200, "a fine film")
        assert process.wait(60) == 0


def test_a_port_that_is_taken_is_told(tiny_bundle: Bundle) -> None:
    with running.listen("127.0.0.1", 0) as listening:
        port = listening.getsockname()[1]
        done = lstm("serve", "--port", port, "--model", tiny_bundle.path)
    assert done.exit_code == 2
    expected = f"lstm: --port {port}: address already in use; choose another, or 0 for any"
    assert done.stderr.splitlines()[-1].startswith(expected)
    done = lstm("-q", "serve", "--host", "no such place", "--model", tiny_bundle.path)
    assert (done.exit_code, len(done.stderr.splitlines())) == (2, 1)


def test_without_the_extra_one_line_says_how_to_install_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None if name == "uvicorn" else 1)
    done = lstm("serve")
    assert done.exit_code == 2
    expected = (
        "lstm: lstm serve needs what is not installed (uvicorn): pip install 'lstm-cli[serve]'"
    )
    assert done.stderr == f"{expected}\n"


# All that can be asked


@pytest.mark.slow
def test_the_interface_is_what_it_says_of_itself(model: ServedModel) -> None:
    """Whatever its description allows is answered as it says, and the rest refused as it says."""
    schemathesis = pytest.importorskip("schemathesis", reason="schemathesis is not installed")
    from hypothesis import HealthCheck, given, settings
    from hypothesis.errors import Unsatisfiable

    with running_server(Service(Holder(model))) as started:
        described = schemathesis.openapi.from_url(f"{started.address}/openapi.json")
        operations = [result.ok() for result in described.get_all_operations()]
        assert len(operations) == 6
        for operation, mode in product(operations, schemathesis.GenerationMode):

            @settings(max_examples=15, suppress_health_check=list(HealthCheck))
            @given(case=operation.as_strategy(generation_mode=mode))
            def ask(case: "schemathesis.Case") -> None:
                case.call_and_validate()

            with suppress(Unsatisfiable):  # nothing is wrong with a request that has no body
                ask()
    answered = {line.split()[2] for line in started.said}
    assert {"200", "422"} <= answered  # what is allowed was tried, and what is not
    assert started.complained == []


@pytest.mark.slow
def test_a_storm_changes_nothing(tiny_bundle: Bundle) -> None:
    """Fifty clients with bodies of every size and kind; memory stays what it was."""
    max_body, seeds = 50_000, count()
    with serving(tiny_bundle.path, "--max-body", str(max_body)) as (process, address):

        def rage(_: int) -> list[str]:
            with client_of(address) as client:
                return list(storm(client, next(seeds), 20, max_body))

        held = []
        with ThreadPoolExecutor(50) as clients:
            for _ in range(3):
                wrong = [problem for found in clients.map(rage, range(50)) for problem in found]
                assert wrong == []
                held.append(resident_bytes(process.pid))
    assert held[2] < held[0] + 2**24
