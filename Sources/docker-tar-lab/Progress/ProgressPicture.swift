/// What is known of some work while it runs, and how that looks: a pure state that takes events.
///
/// Times are counted from the work's beginning.
protocol ProgressPicture: Sendable {
    /// What the work tells of itself.
    associatedtype Event: Sendable

    /// Takes one event.
    mutating func apply(_ event: Event, at now: Duration)

    /// Whether there is nothing to be shown yet.
    var isBlank: Bool { get }

    /// The block that is redrawn in place: no line reaches the last column, and there are fewer lines than rows.
    func block(in size: TerminalSize, at now: Duration, _ language: Language) -> [String]

    /// What stays on the screen in the end; empty for nothing.
    func rest(in size: TerminalSize, at now: Duration, _ language: Language) -> [String]

    /// The line that stands for all of it where there is no terminal.
    func line(at now: Duration, _ language: Language) -> String

    /// How long it is between two such lines.
    static var pause: Duration { get }
}

extension PullProgress: ProgressPicture {
    var isBlank: Bool { layers.isEmpty }

    func block(in size: TerminalSize, at now: Duration, _ language: Language) -> [String] {
        ProgressLines(size: size, language: language).block(self, at: now)
    }

    func rest(in size: TerminalSize, at now: Duration, _ language: Language) -> [String] {
        ProgressLines(size: size, language: language).all(self, at: now)
    }

    func line(at now: Duration, _ language: Language) -> String {
        ProgressLines.plain(self, at: now, in: language)
    }

    static var pause: Duration { .seconds(30) }
}
