/// How far an archive has been read that is judged.
struct ReadingProgress: ProgressPicture {
    /// So many of so many bytes have been read.
    struct Event: Hashable, Sendable {
        var read: Int64
        var all: Int64
    }

    private let name: String
    private var latest = Event(read: 0, all: 0)
    private var rate = TransferRate()

    /// Nothing has been read yet of what stands at this path.
    init(of path: String) { name = printable(String(path.split(separator: "/").last ?? "/")) }

    mutating func apply(_ event: Event, at now: Duration) {
        latest = event
        rate.note(event.read, at: now)
    }

    var isBlank: Bool { latest.all == 0 }

    func block(in size: TerminalSize, at now: Duration, _ language: Language) -> [String] {
        [DisplayWidth.cut(line(at: now, language), to: max(1, size.columns - 1))]
    }

    /// Nothing: the verdict takes its place.
    func rest(in size: TerminalSize, at now: Duration, _ language: Language) -> [String] { [] }

    func line(at now: Duration, _ language: Language) -> String {
        Sentence.reading(
            name, percent: ProgressLines.percent(latest.read, of: latest.all),
            bytes: ByteCount.part(latest.read, of: latest.all), speed: ProgressLines.speed(rate.current(at: now)),
            secondsLeft: rate.secondsLeft(for: latest.all - latest.read, at: now)
        ).text(in: language)
    }

    static var pause: Duration { .seconds(30) }
}
