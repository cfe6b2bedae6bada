internal import Puller

/// The picture of a pull: a pure function of its state and the terminal's size.
struct ProgressLines {
    /// The terminal's size in columns and rows.
    let size: TerminalSize
    /// The language of the words.
    let language: Language

    /// The block that is redrawn in place: one line a layer, as many as there are rows for, and the total.
    ///
    /// No line reaches the last column, so none wraps; there are always fewer lines than rows.
    func block(_ progress: PullProgress, at now: Duration) -> [String] {
        guard !progress.layers.isEmpty else { return [] }
        let room = max(0, size.rows - 2)
        var lines: [String]
        if progress.layers.count <= room {
            lines = all(progress, at: now)
        } else {
            let shown = mostTelling(max(0, room - 1), of: progress.layers)
            lines = shown.map { layer($0, of: progress, at: now) }
            if room > 0 { lines.append(fit(Sentence.moreLayers(counts(progress, without: shown)).text(in: language))) }
        }
        return lines + [total(progress, at: now)]
    }

    /// All layers, however many: what stays on the screen in the end.
    func all(_ progress: PullProgress, at now: Duration) -> [String] {
        progress.layers.indices.map { layer($0, of: progress, at: now) }
    }

    /// The line that stands for all of it where there is no terminal.
    static func plain(_ progress: PullProgress, at now: Duration, in language: Language) -> String {
        let whole = progress.size
        return Sentence.progress(
            percent: percent(progress.received, of: whole), bytes: ByteCount.part(progress.received, of: whole),
            speed: speed(progress.rate.current(at: now)),
            layers: (progress.verifiedCount, progress.layers.count), secondsLeft: progress.secondsLeft(at: now),
            isSending: progress.isSending
        ).text(in: language)
    }

    private func layer(_ index: Int, of progress: PullProgress, at now: Duration) -> String {
        let layer = progress.layers[index]
        let count = String(progress.layers.count)
        let number = String(index + 1)
        let padding = String(repeating: " ", count: count.count - number.count)
        let speed: Double? =
            switch layer.phase {
            case .waiting, .retrying: nil
            case .downloading: layer.rate.current(at: now)
            case .verified: averageSpeed(layer)
            }
        return row(
            label: "[\(padding)\(number)/\(count)]\(layer.digest.short):",
            word: .phase(layer.phase, isSending: progress.isSending),
            percent: layer.phase == .verified ? 100 : Self.percent(layer.received, of: layer.size),
            bytes: ByteCount.part(layer.received, of: layer.size), speed: speed)
    }

    private func total(_ progress: PullProgress, at now: Duration) -> String {
        let label = Sentence.total.text(in: language)
        let isDone = progress.verifiedCount == progress.layers.count
        let timeLeft = progress.secondsLeft(at: now).map { Sentence.timeLeft($0).text(in: language) }
        return row(
            label: DisplayWidth.padded(label, to: "[/]123456789012:".count + 2 * String(progress.layers.count).count),
            word: progress.isAssembling
                ? .assembling : .phase(isDone ? .verified : .downloading, isSending: progress.isSending),
            percent: isDone ? 100 : Self.percent(progress.received, of: progress.size),
            bytes: ByteCount.part(progress.received, of: progress.size), speed: progress.rate.current(at: now),
            ending: isDone ? nil : timeLeft)
    }

    /// One line, from the fullest form down to the first that fits: the bar goes first, then the speed, the counts and the word.
    private func row(
        label: String, word: Sentence, percent: Int, bytes: String, speed: Double?, ending: String? = nil
    ) -> String {
        let word = DisplayWidth.padded(word.text(in: language), to: wordWidth)
        let share = String(repeating: " ", count: 3 - String(percent).count) + "\(percent)%"
        let ending = ending.map { " \($0)" } ?? ""
        let full = speed.flatMap { Self.speed($0) }.map { "(\(bytes), \($0))" } ?? "(\(bytes))"
        let head = "\(label) \(word)  \(share)"
        let bar = min(40, width - DisplayWidth.of("\(head) || \(full)\(ending)"))
        if bar >= 4 { return "\(head) |\(Self.bar(percent, width: bar))| \(full)\(ending)" }
        let shorter = ["\(head) \(full)\(ending)", "\(head) \(full)", "\(head) (\(bytes))", head, "\(label) \(share)"]
        return shorter.first { DisplayWidth.of($0) <= width } ?? fit("\(share) \(label)")
    }

    private func counts(_ progress: PullProgress, without shown: [Int]) -> (waiting: Int, verified: Int) {
        let hidden = progress.layers.indices.filter { !shown.contains($0) }.map { progress.layers[$0].phase }
        let verified = hidden.count { $0 == .verified }
        return (hidden.count - verified, verified)
    }

    /// The layers that move, then those that wait, then those that are done; in the image's order.
    private func mostTelling(_ count: Int, of layers: [PullProgress.Layer]) -> [Int] {
        func rank(_ index: Int) -> Int {
            switch layers[index].phase {
            case .downloading, .retrying: 0
            case .waiting: 1
            case .verified: 2
            }
        }
        return layers.indices.sorted { (rank($0), $0) < (rank($1), $1) }.prefix(count).sorted()
    }

    private func averageSpeed(_ layer: PullProgress.Layer) -> Double? {
        guard let began = layer.began, let ended = layer.ended, ended > began else { return nil }
        return Double(layer.size) / ((ended - began) / .seconds(1))
    }

    private var width: Int { max(1, size.columns - 1) }

    private var wordWidth: Int {
        [false, true].flatMap { isSending in
            [PullProgress.Phase.waiting, .downloading, .retrying, .verified].map {
                Sentence.phase($0, isSending: isSending)
            }
        }
        .map { DisplayWidth.of($0.text(in: language)) }.max() ?? 0
    }

    private func fit(_ line: String) -> String { DisplayWidth.cut(line, to: width) }

    private static func bar(_ percent: Int, width: Int) -> String {
        let filled = width * percent / 100
        return String(repeating: "█", count: filled) + String(repeating: " ", count: width - filled)
    }

    /// `24 MB/s`; nil while it cannot be said.
    static func speed(_ perSecond: Double) -> String? {
        guard perSecond >= 1, let bytes = Int64(exactly: perSecond.rounded()) else { return nil }
        return "\(ByteCount.text(bytes))/s"
    }

    /// Whole percent, rounded down: 100 is said of what is complete.
    static func percent(_ part: Int64, of whole: Int64) -> Int {
        guard whole > 0 else { return 0 }
        return Int(min(1, max(0, Double(part) / Double(whole))) * 100)
    }
}
