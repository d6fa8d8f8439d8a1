import KafkaCluster
import KafkaProtocol

extension Model {
    /// Does what a key or the palette asked for.
    mutating func perform(_ action: ActionID) -> [Command] {
        if let reason = refusal(of: action) {
            show(.warning, "\(ActionTable.entry(action).label): \(reason)")
            return []
        }
        switch action {
        case .moveDown, .moveUp, .top, .bottom, .pageDown, .pageUp, .halfPageDown, .halfPageUp, .nextMatch,
            .previousMatch:
            return move(action)
        case .open: return open()
        case .back: return back()
        case .nextPane: nextPane()
        case .viewBrokers: goToRoot(.brokers)
        case .viewTopics: goToRoot(.topics)
        case .viewGroups: goToRoot(.groups)
        case .viewEvents: goToRoot(.events)
        case .viewScenarios: goToScenarios()
        case .viewLedger: goToRoot(.ledger)
        case .viewFaults: goToRoot(.faults)
        case .viewClients: goToRoot(.clients)
        case .viewPrice: openPrice()
        case .members: openMembers()
        case .timeline: openTimeline()
        case .configs: openConfigs()
        case .segments: openSegments()
        case .producerIDs: openProducers()
        case .journey: openJourney()
        case .zoomIn: zoom(by: -1)
        case .zoomOut: zoom(by: 1)
        case .earlier: scrollTime(by: -1)
        case .later: scrollTime(by: 1)
        case .present: timeWindow.end = nil
        case .toggleConsumers: return toggleConsumers()
        case .resetOffsets: openResetForm()
        case .applyReset: return applyReset()
        case .playStory: return playOrPauseStory()
        case .stepStory: return stepStory()
        case .filter: beginFilter()
        case .sortLeft: sort(by: -1)
        case .sortRight: sort(by: 1)
        case .sortOrder: turnSort()
        case .records: return browseSelected()
        case .fromBegin: return seek(.begin, "from begin")
        case .fromEnd: return seek(.end, "the last records")
        case .fromOffset: overlay = .form(Self.seekForm(.seekOffset))
        case .fromTime: overlay = .form(Self.seekForm(.seekTime))
        case .nextRecords: return pageRecords(forward: true)
        case .previousRecords: return pageRecords(forward: false)
        case .tail: return toggleTail()
        case .search: openSearchForm()
        case .stopSearch: return toggleSearch()
        case .valueFormat: changeFormat(\.value, "Values")
        case .keyFormat: changeFormat(\.key, "Keys")
        case .jsonColumns: openColumnsForm()
        case .fold: fold(by: -1)
        case .unfold: fold(by: 1)
        case .toggleFold: toggleFold()
        case .foldHere: foldHere()
        case .unfoldHere: unfoldHere()
        case .foldAll: foldAll()
        case .tombstone: return writeTombstone()
        case .produce: openProduceForm()
        case .toggleProducer: return toggleProducer()
        case .cycleAcks: return cycleAcks()
        case .toggleAutoCommit: return toggleAutoCommit()
        case .createTopic: overlay = .form(Self.topicForm)
        case .deleteTopic: openDeleteForm()
        case .deleteGroup: openGroupDeletion()
        case .kill: return kill()
        case .restart: return restart()
        case .stop: return stop()
        case .faults: openFaultMenu()
        case .heal: return heal()
        case .healOne: return healOne()
        case .electPreferred: return electPreferred()
        case .addBroker: return addBroker()
        case .removeBroker: openRemoveForm()
        case .moveReplicas: openMoveForm()
        case .allowWriting: toggleWriting()
        case .palette: overlay = .palette(Palette())
        case .help: overlay = .help(top: 0)
        case .pause: togglePause()
        case .copy: return copy()
        case .save: return save()
        case .redraw: return [.redraw]
        case .quit: return [.quit]
        }
        return []
    }

    private mutating func beginFilter() {
        guard listing != nil else { return }
        overlay = .filter(TextField(screen.focus == .events ? screen.lower.filter : screen.list.filter))
    }

    private mutating func togglePause() {
        if isPaused {
            frozen = nil
            settle()
            show(.note, "The picture is live again")
        } else {
            frozen = live
            show(.note, "The picture is held; the cluster goes on. \(keyName(.pause)) lets it go on too")
        }
    }

    private mutating func copy() -> [Command] {
        let text: String
        switch place {
        case .record, .records:
            guard let row = recordHere else { return [] }
            text = RecordView.copied(row, look.schemas)
        default:
            guard let listing, let index = listing.selectedIndex(screen.list) else { return [] }
            text = listing.cells(index).map(\.plain).filter { !$0.isEmpty }.joined(separator: "\t")
        }
        show(.ok, "Copied \(Figures.bytes(Int64(text.utf8.count)))")
        return [.copy(text)]
    }

    private func save() -> [Command] {
        var name = "klamm-\(place.view.rawValue)"
        if let now, let parts = WallClock.parts(of: now.wallClockMilliseconds, offsetSeconds: utcOffsetSeconds) {
            let fields = [parts.hour, parts.minute, parts.second].map { $0 < 10 ? "0\($0)" : "\($0)" }
            name += "-" + fields.joined()
        }
        if let lines = recordLines { return [.save(name: "\(name).jsonl", text: lines)] }
        return [.save(name: "\(name).txt", text: view(self, size).text + "\n")]
    }
}
