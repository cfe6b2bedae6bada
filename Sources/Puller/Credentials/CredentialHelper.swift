internal import FoundationEssentials
internal import LabNet
internal import Subprocess

/// A program that keeps credentials: `docker-credential-NAME` (docker-credential-helpers, "Development").
struct CredentialHelper: Hashable, Sendable {
    /// The program; a name and never a path, so that a file of credentials can have nothing else run.
    let program: String

    /// How long it may take: it may have to unlock a key chain.
    static let patience: Duration = .seconds(10)
    /// No answer is longer, in bytes.
    static let answerLimit = 64 << 10
    /// No more characters of its words than these are kept.
    private static let wordLimit = 300

    /// Nil for what is no name: letters, digits, `.`, `_` and `-`.
    init?(name: String) {
        let isName = name.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-"):
                true
            default: false
            }
        }
        guard isName, !name.isEmpty else { return nil }
        program = "docker-credential-\(name)"
    }

    /// Asks the program for a host's credential; nil where it has none. It is killed, and whatever it has started, when
    /// it takes too long or the task is cancelled.
    ///
    /// - Parameters:
    ///   - key: the host as Docker spells it.
    ///   - environment: the program's own; our passwords are kept from it.
    /// - Throws: `CredentialProblem`; `CancellationError`.
    func credential(
        for key: String, environment: [String: String], clock: PullClock
    ) async throws -> Credential? {
        let answer = try await clock.limited(to: Self.patience) { try await run(key, environment) }
        try Task.checkCancellation()
        guard let answer else { throw CredentialProblem.helperTimedOut(Self.patience) }
        return try Self.read(answer)
    }

    /// What the program said before it ended.
    struct Answer: Sendable {
        var output: String
        var isSuccess: Bool
    }

    private func run(_ key: String, _ environment: [String: String]) async throws -> Answer {
        var options = PlatformOptions()
        // A group of its own: a helper may be a script, and what it has started must not outlive it.
        options.processGroupID = 0
        options.teardownSequence = [.gracefulShutDown(toProcessGroup: true, allowedDurationToNextStep: .zero)]
        let inherited = environment.filter { !$0.key.hasPrefix("DOCKER_TAR_LAB_PASSWORD") }
        var variables: [Environment.Key: String] = [:]
        for (name, value) in inherited {
            if let key = Environment.Key(rawValue: name) { variables[key] = value }
        }
        do {
            let result = try await Subprocess.run(
                .name(program), arguments: ["get"], environment: .custom(variables), platformOptions: options,
                input: .string(key), output: .string(limit: Self.answerLimit), error: .discarded)
            return Answer(output: result.standardOutput, isSuccess: result.terminationStatus.isSuccess)
        } catch let error as SubprocessError {
            try Task.checkCancellation()
            switch error.code {
            case .executableNotFound: throw CredentialProblem.helperMissing
            case .outputLimitExceeded: throw CredentialProblem.helperAnswer
            default: throw CredentialProblem.helperFailed("\(error.code)")
            }
        }
    }

    /// What the program's answer means.
    ///
    /// - Throws: `CredentialProblem`.
    static func read(_ answer: Answer) throws(CredentialProblem) -> Credential? {
        guard answer.isSuccess else {
            if answer.output.contains("credentials not found in native keychain") { return nil }
            // A document in place of words could hold the secret.
            let words = answer.output.drop(while: \.isWhitespace).prefix(wordLimit)
            throw .helperFailed(words.contains("{") ? "" : String(words.filter { !$0.isNewline }))
        }
        guard let wire = try? JSONDecoder().decode(Wire.self, from: Data(answer.output.utf8)) else {
            throw .helperAnswer
        }
        return Credential(user: wire.username, secret: wire.secret)
    }

    private struct Wire: Decodable {
        var username: String
        var secret: String

        enum CodingKeys: String, CodingKey {
            case username = "Username"
            case secret = "Secret"
        }
    }
}
