import Foundation

/// `docker-tar-lab` as a user runs it.
enum Tool {
    static let path = Program.built("docker-tar-lab")

    static func run(
        _ arguments: [String], environment: [String: String] = [:], input: Data = Data(), in folder: Scratch? = nil,
        whileRunning: (Process) async throws -> Void = { _ in }
    ) async throws -> Outcome {
        try await Program.run(
            path, arguments, environment: environment, input: input, in: folder, whileRunning: whileRunning)
    }

    /// Runs it where it must succeed.
    @discardableResult
    static func must(_ arguments: [String], environment: [String: String] = [:], in folder: Scratch? = nil) async throws
        -> Outcome
    {
        let outcome = try await run(arguments, environment: environment, in: folder)
        guard outcome.status == 0 else {
            throw SettingFailed(
                description: "docker-tar-lab \(arguments.joined(separator: " ")) ended in \(outcome.status)\n"
                    + outcome.output + outcome.error)
        }
        return outcome
    }
}
