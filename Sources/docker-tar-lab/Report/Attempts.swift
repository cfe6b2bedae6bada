internal import LabNet

/// What was tried before an error, as lines below it. Pure.
///
/// Where strategies were at stake it is a table: the address, the strategy, what it met.
struct Attempts {
    private let failures: [NetworkError]
    private let host: String

    /// Takes the failures that led to an error, in their order.
    init(of error: NetworkError) {
        failures = error.attempts.flatMap(\.leaves)
        host = error.host
    }

    /// One line an attempt; equal ones are told once, with their count.
    func lines(in language: Language) -> [String] {
        let rows = Self.counted(failures.map(row))
        let texts = rows.map { ($0.row.place.text(in: language), $0.row.means?.text(in: language)) }
        let widths = (
            texts.map { DisplayWidth.of($0.0) }.max() ?? 0, texts.map { DisplayWidth.of($0.1 ?? "") }.max() ?? 0
        )
        return zip(rows, texts).map { counted, text in
            guard let means = text.1 else {
                return Sentence.attempt(counted.row.place, counted.row.cause, times: counted.times).text(in: language)
            }
            let head = DisplayWidth.padded(text.0, to: widths.0) + "  " + DisplayWidth.padded(means, to: widths.1)
            return head + "  " + Sentence.times(counted.row.cause, counted.times).text(in: language)
        }
    }

    private struct Row: Hashable {
        /// Where, in the table; what was done and where, outside of it.
        let place: Sentence
        /// By which strategy, or which step; nil outside of the table.
        let means: Sentence?
        let cause: Sentence
    }

    /// Whether the way of showing the name was a question.
    private var isTable: Bool { failures.contains { $0.strategy.map { $0 != .plain } ?? false } }

    private func row(_ failure: NetworkError) -> Row {
        let cause = Sentence.cause(failure.cause)
        guard isTable, failure.step != .resolve else {
            return Row(place: .attempted(joined(failure)), means: nil, cause: cause)
        }
        let place = failure.endpoint.map { failure.host == host ? "\($0)" : "\(failure.host) \($0)" } ?? failure.host
        return Row(place: Sentence(name: place), means: Self.means(of: failure), cause: cause)
    }

    private static func means(of failure: NetworkError) -> Sentence {
        if case .leftAlone = failure.cause { return Sentence(name: "–") }
        return failure.strategy.map { Sentence(name: $0.spelling) } ?? .step(failure.step)
    }

    /// Many resolvers that failed alike are one line: each of them stands in the output of `-debug`.
    private func joined(_ failure: NetworkError) -> NetworkError {
        let alike = failures.count { $0.step == .resolve && $0.host == failure.host && $0.cause == failure.cause }
        var failure = failure
        if failure.step == .resolve, alike > 3 { failure.endpoint = nil }
        return failure
    }

    private static func counted(_ rows: [Row]) -> [(row: Row, times: Int)] {
        var counted: [(row: Row, times: Int)] = []
        for row in rows {
            if let index = counted.firstIndex(where: { $0.row == row }) {
                counted[index].times += 1
            } else {
                counted.append((row, 1))
            }
        }
        return counted
    }
}

extension NetworkError {
    /// The failures at the bottom of this one: itself where no attempts led to it.
    var leaves: [NetworkError] { attempts.isEmpty ? [self] : attempts.flatMap(\.leaves) }
}
