import Foundation

@testable import Puller

/// What the engines themselves made of the corpus, as it was measured (Tests/Fixtures/corpus-verdicts.txt).
struct MeasuredVerdicts {
    private var rows: [String: [Bool]] = [:]

    init() throws {
        let text = try String(contentsOfFile: "\(TestImage.fixtures)/corpus-verdicts.txt", encoding: .utf8)
        for line in text.split(separator: "\n") where !line.hasPrefix("#") {
            let fields = line.split(separator: "\t")
            rows[String(fields[0])] = fields.dropFirst().map { $0 == "loads" }
        }
    }

    var names: Set<String> { Set(rows.keys) }

    /// Whether an engine has loaded an archive; nil for those that were not measured. Docker 26 was not: 28's
    /// graphdriver store reads as it does, but for names that lead out of the archive.
    func loads(_ name: String, in engine: Engine) -> Bool? {
        guard let row = rows[name] else { return nil }
        return switch engine {
        case .docker2010: row[0]
        case .docker26: nil
        case .docker28: row[1]
        case .docker29: row[2]
        case .podman: row[3]
        }
    }
}
