import KafkaCluster

extension Model {
    /// The story that is on, or those that can be chosen.
    mutating func goToScenarios() { goToRoot(story == nil ? .scenarios : .story) }

    /// A story is over within seconds: who wants to look, or to break something else, has it held from its beginning.
    mutating func play(scenario name: String, isHeld: Bool = false) -> [Command] {
        guard story == nil else {
            show(.warning, "A scenario is being played: leave it first, with esc")
            return []
        }
        show(.note, "A cluster is started for \(name)…" + (isHeld ? " It is held before its first step" : ""))
        return [.playScenario(name)] + (isHeld ? [.conduct(.pause)] : [])
    }

    mutating func playOrPauseStory() -> [Command] {
        switch story?.state {
        case .playing: [.conduct(.pause)]
        case .paused: [.conduct(.play)]
        case .over, .failed, nil: []
        }
    }

    /// A line is a sentence; beneath it stands what the scenario's file says, or not.
    mutating func showStoryText() {
        showsStoryText.toggle()
        settle()
    }

    mutating func stepStory() -> [Command] {
        if place == .scenarios {
            guard case .name(let name)? = listing?.selectedID(screen.list) else { return [] }
            return play(scenario: name, isHeld: true)
        }
        return switch story?.state {
        case .playing, .paused: [.conduct(.step)]
        case .over, .failed, nil: []
        }
    }

    /// The picture is another cluster's from now on, or klamm's own again, with what had happened there; how it is now
    /// it tells itself.
    mutating func received(_ new: Story?) {
        if (story == nil) != (new == nil) {
            let shown = live
            live = aside ?? Picture()
            aside = new == nil ? nil : shown
            live.snapshot = nil
            frozen = nil
            browser = nil
            ledger = nil
            asked = nil
            rememberedRoots = [:]
            screens = [Screen(new == nil ? .scenarios : .story)]
            overlay = nil
            // What was under way is done.
            toast = nil
            if new == nil, let story { tellEnd(of: story) }
        }
        if case .over(let asExpected)? = new?.state, story?.state != new?.state {
            show(
                asExpected ? .ok : .error,
                asExpected
                    ? "Everything happened as expected; esc leaves the story"
                    : "Not as expected; esc leaves the story")
        }
        story = new
        dataChanged()
    }

    private mutating func tellEnd(of story: Story) {
        let place = "this is klamm's own cluster again"
        guard case .failed(let reason) = story.state else { return show(.note, "Left \(story.head.name): \(place)") }
        let why = reason.hasSuffix(".") ? reason.dropLast() : reason[...]
        show(.error, "\(story.head.name) failed: \(why) · \(place)", lasts: true)
    }
}
