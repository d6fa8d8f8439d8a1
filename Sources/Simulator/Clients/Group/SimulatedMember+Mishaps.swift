import KafkaBroker
import KafkaProtocol
import NIOCore

/// What befalls members: they crash without a word, leave politely, or sleep through their session and wake as zombies.
extension SimulatedMember {
    /// Whether something befell the member just now.
    mutating func mishap(now: Instant, into actions: inout [ClientAction]) -> Bool {
        guard !isFinishing else { return false }
        let kinds = [settings.crashesEvery, settings.leavesEvery, settings.sleepsEvery]
        guard let shortest = kinds.compactMap({ $0 }).min() else { return false }
        guard let due = nextMishap else {
            nextMishap = now + spread(shortest)
            return false
        }
        guard due <= now else { return false }
        nextMishap = now + spread(shortest)
        guard state == .stable,
            let kind = kinds.indices.filter({ kinds[$0] != nil })
                .randomElement(using: &network.generator)
        else { return false }
        switch kind {
        case 0:
            network.closeAll(now: now, into: &actions)
            goAway(until: now + spread(.seconds(2)), keepsMembership: false)
        case 1:
            leave(now: now, into: &actions)
            goAway(until: now + spread(.seconds(2)), keepsMembership: false)
        default:
            goAway(until: now + settings.sessionTimeout + spread(.seconds(3)), keepsMembership: true)
        }
        return true
    }

    private mutating func spread(_ duration: Duration) -> Duration {
        .nanoseconds(duration.wholeNanoseconds * Int64.random(in: 50...150, using: &network.generator) / 100)
    }

    private mutating func goAway(until: Instant, keepsMembership: Bool) {
        state = .away(until: until, keepsMembership: keepsMembership)
        if keepsMembership { return }
        forget()
    }

    /// A new process: nothing is remembered.
    private mutating func forget() {
        memberId = ""
        generation = -1
        giveUpAll()
        fetcher.forget()
        requests = [:]
        stateRequest = nil
        coordinatorRequest = nil
        heartbeatRequest = nil
        commitRequest = nil
        offsetsRequest = nil
        coordinator = .none
        lateOffsets = []
    }

    /// A sleeper does not know how long it slept: it goes on as if nothing had happened, with a commit first.
    mutating func wakeUp(keepsMembership: Bool, now: Instant, into actions: inout [ClientAction]) {
        state = keepsMembership && generation >= 0 ? .stable : .joining
        guard keepsMembership, coordinator != .none, generation >= 0 else { return }
        let partitions = fetcher.partitions.map(\.id).filter { worked[$0] != nil }
        guard !partitions.isEmpty else { return }
        commitRequest = commit(
            partitions, partitions.map { worked[$0] ?? 0 }, generation: generation, memberId: memberId, now: now,
            into: &actions)
    }

    private mutating func leave(now: Instant, into actions: inout [ClientAction]) {
        // A static member that stops does not leave: its place is kept for its next life.
        guard settings.instanceId == nil, coordinator != .none else { return }
        var request = LeaveGroupRequest()
        request.groupId = settings.group
        if version(.leaveGroup) >= 3 {
            var member = LeaveGroupRequest.MemberIdentity()
            member.memberId = memberId
            request.members = [member]
        } else {
            request.memberId = memberId
        }
        _ = network.send(request, to: coordinator, now: now, into: &actions)
    }
}
