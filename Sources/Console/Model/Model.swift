import KafkaBroker
import KafkaCluster
import KafkaProtocol

/// The cluster as the console shows it: what space freezes.
package struct Picture: Hashable, Sendable {
    package var snapshot: ClusterSnapshot?
    package var history = History()
    package var events = EventLog()
    package var past = PartitionPasts()
    package var prices = FaultPrices()
    var commitMoves = CommitMoves()
    /// The settings of topics as they were last heard of, where nobody tells of a change.
    var configs: [String: TopicConfigPicture] = [:]
    /// Settings that were changed from here, as long as a broker may still tell the former.
    var ownConfigs: [OwnConfigChange] = []
    /// Replicas that are on their way to where a user wants them.
    var moving: [ReplicaMove]?
    /// A topic that the user has made, before it is in any snapshot.
    var created: String?
}

/// A line at the foot of the screen that goes away by itself.
package struct Toast: Hashable, Sendable {
    package enum Kind: Hashable, Sendable { case note, ok, warning, error, fault }

    package var kind: Kind
    package var text: String
    /// It tells of something that goes on, on whatever screen.
    package var lasts = false
    /// What it says was done: it is over with that, and old news once something else was.
    var fault: Fault?
    /// It says that the same key once more leaves klamm.
    var offersLeaving = false
    /// Nil until the first tick after it appeared says what time it is.
    package var until: Instant?
}

/// Everything that the console knows. Changed by `update` alone, drawn by `view` alone.
package struct Model: Hashable, Sendable {
    /// How soon a change must be seen.
    package enum Redraw: Hashable, Sendable {
        case none
        /// Live data: within 50 ms, so that there are at most 20 pictures a second.
        case soon
        /// A key was pressed.
        case now
    }

    package internal(set) var size = Size.smallest
    /// The newest time heard of, by tick or snapshot.
    package internal(set) var now: Instant?
    package var keymap = Keymap()
    package internal(set) var redraw = Redraw.now
    package internal(set) var themes: [String] = []
    package internal(set) var theme = Theme.dark.name
    /// Added to UTC where times are shown.
    package var utcOffsetSeconds = 0
    /// It is printed as text: nobody can press a key there, so none is named.
    var isPrinted = false

    var live = Picture()
    var frozen: Picture?
    /// What is known of klamm's own cluster while a story's is shown.
    var aside: Picture?
    var screens = [Screen(.topics)]
    /// Root screens as they were left.
    var rememberedRoots: [ViewName: Screen] = [:]
    var overlay: Overlay?
    var toast: Toast?
    var browser: RecordBrowser?
    var lastQueryID: UInt64 = 0
    /// How often the next record of a producer was wished to be followed.
    var lastWish = 0
    /// How the records of each topic are looked at.
    var looks: [String: TopicLook] = [:]
    /// How they were looked at before.
    var memory = LookMemory()
    /// What is to be kept over a restart, and was not told yet.
    var unremembered: LookMemory.Entry?
    /// The page of the record that is open: live data come twenty times a second, and its bytes are always the same.
    var laidOutRecord: LaidOutRecord?
    /// What is known of the bytes in each topic.
    var schemas: [String: RecordSchemas] = [:]
    /// Those that can be played.
    var scenarios: [ScenarioHead] = []
    /// The one that is played: the picture is its cluster's as long as it is on.
    var story: Story?
    /// Whether the words of its file stand below each line.
    var showsStoryText = false
    /// What was last chosen in the palette, the newest first.
    var chosen: [Palette.Target] = []
    /// The cluster that is shown, where klamm did not start it.
    package var attachment: Attachment?
    /// Whether klamm's own cluster is gone, with its records, when klamm ends.
    package var isEphemeral = false
    /// What the timelines show.
    var timeWindow = TimeWindow()
    /// When a screen that shows how long something lasts was last drawn for that alone.
    var clockTick: Instant?
    /// What was asked last of what no picture carries.
    var asked: Asked?
    /// Nil before it was first asked for.
    var ledger: LedgerPicture?
    /// Records that were written, or typed and left, the newest first.
    var drafts: [FilledForm] = []
    /// Searches that were begun, or typed and left, the newest first.
    var searches: [FilledForm] = []

    package init() {}

    /// What is on the screen: the live picture, or the one held by space.
    package var picture: Picture { frozen ?? live }
    package var isPaused: Bool { frozen != nil }
    package var snapshot: ClusterSnapshot? { picture.snapshot }

    /// Whether keys are letters of something being typed, not commands.
    package var takesText: Bool {
        switch overlay {
        case .filter, .palette, .form, .setting: true
        case .help, .menu, .question, nil: false
        }
    }

    package var place: Place { screen.place }
    var screen: Screen {
        get { screens[screens.count - 1] }
        set { screens[screens.count - 1] = newValue }
    }

    /// To be called when the picture has been drawn.
    package mutating func drawn() { redraw = .none }

    /// When the console next wants a tick; nil for not before something happens.
    package var nextTick: Instant? {
        var wanted: [Instant] = []
        if let now, let toast { wanted.append(toast.until ?? now) }
        if live.history.isMoving, let next = live.history.nextSample { wanted.append(next) }
        if let browser, !isTailHeld, let next = browser.nextFetch { wanted.append(next) }
        if !isPaused, place.showsClock, let now { wanted.append((clockTick ?? now) + .seconds(1)) }
        if !isPaused, let next = asked?.nextTime { wanted.append(next) }
        return wanted.min()
    }

    /// What was broken goes on; the rest does where it is said to.
    mutating func show(_ kind: Toast.Kind, _ text: String, lasts: Bool = false, of fault: Fault? = nil) {
        toast = Toast(
            kind: kind, text: text, lasts: lasts || kind == .fault, fault: fault,
            until: now.map { $0 + Toast.duration(of: kind) })
        redraw = .now
    }

    /// Takes away what is no longer so, or no longer what happened last.
    mutating func dropStaleToast(after event: ClusterEvent) {
        guard let told = toast?.fault else { return }
        let isStale =
            switch event {
            case .fault(let fault, _): fault != told
            case .node(let event):
                switch event.kind {
                case .brokerUnfenced(let id): told.victims.contains(id)
                case .controllerElected: told.victims.contains(event.node)
                default: false
                }
            case .client, .notice: false
            }
        guard isStale else { return }
        toast = nil
        redraw = .now
    }
}

extension Toast {
    static func duration(of kind: Kind) -> Duration {
        switch kind {
        case .note, .ok: .seconds(4)
        case .warning, .error, .fault: .seconds(8)
        }
    }
}
