import KafkaCluster
import KafkaProtocol

/// What lies over the screen and takes the keys.
package enum Overlay: Hashable, Sendable {
    /// The filter being typed; the list follows as it grows.
    case filter(TextField)
    case palette(Palette)
    case help(top: Int)
    case menu(FaultMenu)
    case form(Form)
    case question(Question)
    /// A setting's value, in its row.
    case setting(SettingEdit)
}

/// Anything by name: what matches the typed letters, best first.
package struct Palette: Hashable, Sendable {
    package enum Target: Hashable, Sendable {
        case action(ActionID)
        case fault(Fault)
        /// Of klamm's producer of the topic.
        case acks(topic: String, Acks)
        case place(Place)
        case theme(String)
        case scenario(String)
    }

    package struct Item: Hashable, Sendable {
        package var name: String
        package var help: String
        package var target: Target
        /// It cannot be done here; the help says why.
        package var isRefused = false
        /// It can be done on another screen; the help says on which.
        package var isElsewhere = false
        /// The other names by which it was found.
        package var alias: String?
    }

    /// How many of the things that were last chosen are remembered.
    static let historyMax = 20

    package var field = TextField()
    package var selected = 0
    package init() {}
}

/// Something that is done once it is said again.
package struct Question: Hashable, Sendable {
    package var title: String
    package var text: String
    /// What yes means, for the frame's edge.
    package var verb: String
    package var commands: [Command]
}

/// A few fields to fill in.
package struct Form: Hashable, Sendable {
    package enum Purpose: Hashable, Sendable {
        case produce
        case createTopic
        case deleteTopic(String)
        case deleteGroup(String)
        case seekOffset
        case seekTime
        case search
        case jsonColumns
        case removeBroker(BrokerID)
        case moveReplicas([TopicPartition])
        /// The subject of what is to be done to a cluster that klamm did not start.
        case confirm(Confirmation)
        case resetOffsets(group: String)
    }

    package struct Field: Hashable, Sendable {
        package var label: String
        package var field: TextField
        package var hint: String
        /// Chosen instead of any text: a tombstone's value, a record without a key.
        package var isNull = false
        package var mayBeNull = false
        /// The text is hexadecimal digits: the bytes that it began from are no text.
        package var isHex = false
    }

    package var purpose: Purpose
    package var title: String
    /// All that is to be done, and where, before it is confirmed.
    package var about = ""
    package var fields: [Field]
    package var focus = 0
    /// What is wrong with what was entered.
    package var error: String?
    /// Which of the earlier ones of its kind is in it.
    package var recalled = RecalledForm()
}
