/// What each setting is for, in a sentence of our own.
enum SettingWords {
    static func of(_ name: String) -> String { sentences[name] ?? "" }

    private static let sentences: [String: String] = [
        // Producers.
        "rate": "How many records a second it sends; max is as fast as it can.",
        "records": "It sends so many, and then no more.",
        "value.bytes": "How long each value is.",
        "keys": "How many different keys take turns; with 0 records have none.",
        "partitions": "Where records go in turn; any lets the key decide.",
        "send": "Whether it asks for each record's fate, and whether it waits for it.",
        "acks": "Who must have a record before it counts: nobody, the leader, or every in-sync replica.",
        "enable.idempotence": "Records are numbered, so that a broker drops what a retry brings a second time.",
        "retries": "How often a failed request is sent again.",
        "retry.backoff.ms": "How long it waits before it tries again.",
        "delivery.timeout.ms": "After so long a record counts as failed, retries and all.",
        "request.timeout.ms": "How long one request waits for its answer.",
        "max.in.flight.requests.per.connection":
            "How many requests may wait for answers at once; with retries, more than 1 can change the order.",
        "linger.ms": "How long a batch waits for company before it goes.",
        "batch.size": "A batch that has grown so large goes at once.",
        "compression.type": "How batches are packed on their way and on the brokers' disks.",
        "max.request.size": "A larger record fails in the client, before any broker sees it.",
        "queue.buffering.max.messages": "How many records may wait in the client.",
        "buffer.memory": "How many bytes of records may wait in the client.",
        "queue.buffering.max.kbytes": "The same as buffer.memory, in kilobytes.",
        "max.block.ms": "How long a send waits for room in a full buffer before the record is dropped.",
        "buffer.full": "What becomes of a record for which the buffer has no room.",
        "outbox.resend.ms": "Records are kept in SQLite until they are processed, and are sent again after so long.",
        // Consumers.
        "members": "How many consumers the group has.",
        "assignment": "Who says which member reads what: the group's coordinator, or the application itself.",
        "partition.assignment.strategy": "How the group shares its partitions out.",
        "group.instance.id":
            "A lasting name for each member, so that one that comes back in time keeps its partitions.",
        "session.timeout.ms": "A member that is silent for so long is put out of the group.",
        "auto.offset.reset": "Where it begins in a partition for which nothing is committed.",
        "max.poll.records": "How many records one poll returns at most.",
        "poll.timeout.ms": "How long a poll waits for records where there are none.",
        "max.poll.interval.ms": "Who works for longer between two polls is put out of the group.",
        "enable.auto.commit": "The client commits by itself what it has handed out.",
        "auto.commit.way":
            "When it does so: inside a later poll, as Java's client, or in the background, as librdkafka.",
        "auto.commit.interval.ms": "How much time passes between two such commits.",
        "commit": "When the application itself commits.",
        "commit.mode": "Whether it waits for the answer to its commits.",
        "work.ms": "How long it works on each record.",
        "error.rate": "The share of attempts at a record that fail.",
        "error.seed": "Which attempts fail is drawn from this number.",
        "on.error": "What it does with a record on which its work fails.",
        "dedup": "Ids of processed records are kept in SQLite, and a record that comes again is passed over.",
    ]
}
