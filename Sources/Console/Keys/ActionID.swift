/// Everything that a key or the palette can do. The raw value is its name in the settings file, the palette and
/// scripted sessions.
package enum ActionID: String, Hashable, Sendable, CaseIterable {
    // Moving about.
    case moveDown = "move-down"
    case moveUp = "move-up"
    case top, bottom
    case pageDown = "page-down"
    case pageUp = "page-up"
    case halfPageDown = "half-page-down"
    case halfPageUp = "half-page-up"
    case open, back
    case nextPane = "next-pane"
    case viewBrokers = "brokers"
    case viewTopics = "topics"
    case viewGroups = "groups"
    case viewEvents = "events"
    case viewScenarios = "scenarios"
    case viewLedger = "ledger"
    case viewFaults = "view-faults"
    case viewClients = "clients"
    case viewPrice = "price"
    case members
    case timeline
    case configs
    case segments
    case producerIDs = "producer-ids"
    case journey
    case zoomIn = "zoom-in"
    case zoomOut = "zoom-out"
    case earlier, later
    case present
    case records
    // Finding.
    case filter
    case nextMatch = "next-match"
    case previousMatch = "previous-match"
    case sortLeft = "sort-left"
    case sortRight = "sort-right"
    case sortOrder = "sort-order"
    // Records.
    case fromBegin = "from-begin"
    case fromEnd = "from-end"
    case fromOffset = "from-offset"
    case fromTime = "from-time"
    case nextRecords = "next-records"
    case previousRecords = "previous-records"
    case tail
    case search
    case stopSearch = "stop-search"
    case valueFormat = "value-format"
    case keyFormat = "key-format"
    case jsonColumns = "columns"
    case fold, unfold
    case toggleFold = "toggle-fold"
    case foldHere = "fold-here"
    case unfoldHere = "unfold-here"
    case foldAll = "fold-all"
    case tombstone
    // Doing.
    case produce
    case toggleProducer = "toggle-producer"
    case cycleAcks = "cycle-acks"
    case toggleAutoCommit = "toggle-auto-commit"
    case toggleConsumers = "toggle-consumers"
    case resetOffsets = "reset-offsets"
    case applyReset = "apply-reset"
    case createTopic = "create-topic"
    case deleteTopic = "delete-topic"
    case deleteGroup = "delete-group"
    // Breaking and mending.
    case kill
    case restart
    case stop
    case faults
    case heal
    case healOne = "heal-one"
    case electPreferred = "elect-preferred"
    // Growing and shrinking.
    case addBroker = "add-broker"
    case removeBroker = "remove-broker"
    case moveReplicas = "move-replicas"
    // Stories.
    case playStory = "play"
    case stepStory = "step"
    // The console itself.
    case allowWriting = "write"
    case palette, help, pause, copy, save, redraw, quit
}
