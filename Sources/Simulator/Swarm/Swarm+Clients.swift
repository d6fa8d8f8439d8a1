import KafkaBroker
import KafkaProtocol

extension Swarm {
    /// The clients of this run, drawn anew at each call in the same way.
    package func clients() -> [any SimulatedClient] {
        var generator = SeededGenerator(seed: seed ^ 0xc11e_4175)
        var clients: [any SimulatedClient] = []
        var number: UInt32 = 1
        func network(_ name: String) -> NetworkSettings {
            number += 1
            var network = NetworkSettings(
                name: name, number: number, seed: generator.next(), bootstrap: setup.brokerIDs)
            network.dialect = ClientDialect.allCases.randomElement(using: &generator) ?? .java
            network.asksVersions = Bool.random(using: &generator)
            network.requestTimeout = .milliseconds(Int.random(in: 500...3000, using: &generator))
            return network
        }
        if profile == .metadata || Bool.random(using: &generator) {
            clients.append(
                SimulatedAdministrator(administration(using: &generator), network: network("administrator")))
        }
        if profile == .metadata { return clients }
        if profile == .groups {
            // It moves coordinators about.
            var mover = AdministratorSettings(topics: ["__consumer_offsets"])
            mover.operations = [.electPreferred, .reassign, .cancelReassignments]
            mover.interval = .milliseconds(Int.random(in: 200...1500, using: &generator))
            clients.append(SimulatedAdministrator(mover, network: network("mover")))
        }
        // However many there are, together they ask for as much: a run's time goes into what happens, not into how often.
        let producers = Int.random(in: 1...3, using: &generator)
        for index in 0..<producers {
            var settings = ProducerSettings(topics: clientTopics.map(\.name))
            settings.acks = [-1, -1, -1, 1, 0].randomElement(using: &generator) ?? -1
            settings.isIdempotent = settings.acks == -1 && Int.random(in: 0..<3, using: &generator) > 0
            settings.epochBump = Bool.random(using: &generator) ? .byItself : .byAsking
            settings.retries = settings.isIdempotent || Int.random(in: 0..<4, using: &generator) > 0
            settings.maxInFlight = Int.random(in: 1...5, using: &generator)
            settings.interval = .milliseconds(Int.random(in: 14...50, using: &generator) * producers)
            settings.recordsPerBurst = 1...6
            settings.recordsPerBatch = Int.random(in: 1...8, using: &generator)
            let compacted = clientTopics.filter { $0.config("cleanup.policy")?.contains("compact") ?? false }.map(
                \.name)
            if !compacted.isEmpty { settings.keyCount = Int.random(in: 1...30, using: &generator) }
            if Bool.random(using: &generator) { settings.tombstoneTopics = compacted }
            clients.append(SimulatedProducer(settings, network: network("producer-\(index)")))
        }
        if Bool.random(using: &generator) {
            let isKeyed = clientTopics.contains { $0.config("cleanup.policy") != nil }
            clients.append(
                SimulatedProber(
                    topics: clientTopics.map(\.name), group: "readers", isKeyed: isKeyed,
                    interval: .milliseconds(Int.random(in: 20...200, using: &generator)), network: network("prober")))
        }
        for index in 0..<Int.random(in: 0...2, using: &generator) {
            clients.append(
                SimulatedConsumer(
                    topics: clientTopics.map(\.name), fetching(using: &generator), network: network("consumer-\(index)")
                ))
        }
        let group = GroupMemberSettings(group: "readers", topics: clientTopics.map(\.name))
        let members = profile == .groups ? 3...5 : 0...3
        for index in 0..<Int.random(in: members, using: &generator) {
            var settings = group
            settings.commit = Bool.random(using: &generator) ? .beforeWork : .afterWork
            let interval = profile == .groups ? 10...60 : 30...500
            settings.commitInterval = .milliseconds(Int.random(in: interval, using: &generator))
            settings.sessionTimeout = .milliseconds(Int.random(in: 1000...3000, using: &generator))
            settings.heartbeatInterval = .milliseconds(Int.random(in: 100...400, using: &generator))
            settings.commitsLate = Bool.random(using: &generator)
            func mishap() -> Duration? {
                Int.random(in: 0..<3, using: &generator) == 0
                    ? .milliseconds(Int.random(in: 1000...8000, using: &generator)) : nil
            }
            settings.crashesEvery = mishap()
            settings.leavesEvery = mishap()
            settings.sleepsEvery = mishap()
            settings.fetch = fetching(using: &generator)
            clients.append(SimulatedMember(settings, network: network("member-\(index)")))
        }
        return clients
    }

    /// Each administrator has hobbies of its own.
    private func administration(using generator: inout SeededGenerator) -> AdministratorSettings {
        var settings = AdministratorSettings(topics: clientTopics.map(\.name))
        settings.operations = AdministratorSettings.Operation.allCases.filter { operation in
            switch operation {
            // What may lose records is rare, so that most runs must lose none.
            case .electUnclean, .allowUncleanElection, .forbidUncleanElection:
                Int.random(in: 0..<8, using: &generator) == 0
            case .replaceTopic, .deleteRecords, .alterRetention: Int.random(in: 0..<4, using: &generator) == 0
            case .createTopic, .deleteTopic, .addPartition, .alterMinISR, .electPreferred, .reassign,
                .cancelReassignments:
                Bool.random(using: &generator)
            }
        }
        if settings.operations.isEmpty { settings.operations = [.reassign] }
        settings.interval = .milliseconds(Int.random(in: 50...1500, using: &generator))
        settings.mostPartitions = Int.random(in: 2...6, using: &generator)
        settings.replicationFactor = Int16(min(3, setup.brokers))
        settings.replaceable = clientTopics.suffix(1)
        return settings
    }

    private func fetching(using generator: inout SeededGenerator) -> FetchSettings {
        var fetch = FetchSettings()
        let checks: [FetchSettings.TruncationCheck] = [.byFetch, .byOffsetForLeaderEpoch, .none]
        fetch.truncationCheck = checks.randomElement(using: &generator) ?? .byFetch
        fetch.usesSessions = Bool.random(using: &generator)
        fetch.maxWait = .milliseconds(Int.random(in: 20...500, using: &generator))
        fetch.maxBytes = Bool.random(using: &generator) ? 1 << 20 : 500
        fetch.partitionMaxBytes = Bool.random(using: &generator) ? 1 << 16 : 100
        fetch.pollInterval = .milliseconds(Int.random(in: 2...60, using: &generator))
        return fetch
    }
}
