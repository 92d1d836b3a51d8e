"""What a server counts, in the form that Prometheus reads."""

_SECONDS = (0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60)
_TEXTS = (1, 2, 4, 8, 16, 32, 64, 128, 256, 512)


class Metrics:
    """The counts of one server, which begin with it."""

    def __init__(self) -> None:
        from prometheus_client import CollectorRegistry, Counter, Histogram

        registry = CollectorRegistry()
        self._registry = registry
        self._requests = Counter(
            "lstm_requests", "Requests answered.", ("route", "status"), registry=registry
        )
        self._seconds = Histogram(
            "lstm_request_seconds",
            "Time from the head of a request to the end of its answer.",
            ("route",),
            buckets=_SECONDS,
            registry=registry,
        )
        self._texts = Counter("lstm_texts_rated", "Texts rated.", registry=registry)
        self._batches = Histogram(
            "lstm_batch_texts", "Texts rated together.", buckets=_TEXTS, registry=registry
        )

    def answered(self, route: str, status: int, seconds: float) -> None:
        """A request was answered.

        Args:
            route: one of few: each has numbers of its own.
            status: of the answer; 499 where nobody waited for it.
            seconds: it took.
        """
        self._requests.labels(route, str(status)).inc()
        self._seconds.labels(route).observe(seconds)

    def rated(self, num_texts: int) -> None:
        """A batch was rated."""
        self._texts.inc(num_texts)
        self._batches.observe(num_texts)

    def shown(self) -> tuple[bytes, str]:
        """All of it as text, and the type of that text."""
        from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

        return generate_latest(self._registry), CONTENT_TYPE_LATEST
