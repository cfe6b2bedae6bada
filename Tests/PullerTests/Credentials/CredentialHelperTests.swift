import Foundation
import LabNet
import Synchronization
import Testing

@testable import Puller

/// Credential helpers as programs: what they say is read, and what they do is bounded.
@Suite(.timeLimit(.minutes(1))) struct CredentialHelperTests {
    private let bench: PullBench

    init() throws {
        bench = try PullBench()
        // A helper may end before it has read its standard input, and the command ignores this signal as well.
        signal(SIGPIPE, SIG_IGN)
    }

    /// A helper that is this shell script.
    private func helper(_ script: String, name: String = "canary") throws -> CredentialHelper {
        let path = bench.path("docker-credential-\(name)")
        try Data("#!/bin/sh\n\(script)\n".utf8).write(to: URL(filePath: path))
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: path)
        return try #require(CredentialHelper(name: name))
    }

    private func environment(_ more: [String: String] = [:]) -> [String: String] {
        ["PATH": "\(bench.folder.path):/usr/bin:/bin"].merging(more) { $1 }
    }

    private func ask(
        _ script: String, key: String = "r.io", environment more: [String: String] = [:]
    ) async throws -> Credential? {
        try await helper(script).credential(for: key, environment: environment(more), clock: .system)
    }

    @Test func itIsAskedAsDockerAsks() async throws {
        let script = #"host=$(cat); printf '{"ServerURL":"%s","Username":"%s","Secret":"s"}' "$host" "$1 $host""#
        #expect(try await ask(script) == .password(user: "get r.io", Secret("s")))
        #expect(try await ask(script, key: "r.io:5000") == .password(user: "get r.io:5000", Secret("s")))
    }

    @Test(
        arguments: [
            (#"{"ServerURL":"x","Username":"me","Secret":"s"}"#, .password(user: "me", Secret("s"))),
            (#"{"ServerURL":"x","Username":"<token>","Secret":"s"}"#, .identityToken(Secret("s"))),
            (#"{"ServerURL":"","Username":"","Secret":""}"#, nil),
        ] as [(String, Credential?)])
    func itsAnswerIsRead(_ answer: String, _ credential: Credential?) async throws {
        #expect(try await ask("cat >/dev/null; echo '\(answer)'") == credential)
    }

    @Test func whatItDoesNotKnowIsNothing() async throws {
        #expect(try await ask("cat >/dev/null; echo credentials not found in native keychain; exit 1") == nil)
    }

    @Test(arguments: [
        ("echo the key chain is locked; exit 1", CredentialProblem.helperFailed("the key chain is locked")),
        (#"echo '{"Secret":"swordfish"}'; exit 1"#, .helperFailed("")), ("exit 3", .helperFailed("")),
        ("echo hello", .helperAnswer), ("echo '{}'", .helperAnswer), (#"echo '{"Username":"me"}'"#, .helperAnswer),
        ("head -c 100000 /dev/zero", .helperAnswer), ("kill -9 $$", .helperFailed("")),
    ])
    func itsFailuresAreTold(_ script: String, _ problem: CredentialProblem) async throws {
        await #expect(throws: problem) { try await ask("cat >/dev/null; \(script)") }
    }

    @Test func oneThatIsNotThereIsMissing() async throws {
        let helper = try #require(CredentialHelper(name: "nowhere"))
        await #expect(throws: CredentialProblem.helperMissing) {
            try await helper.credential(for: "r.io", environment: environment(), clock: .system)
        }
    }

    @Test func itDoesNotGetOurPasswords() async throws {
        let script = """
            cat >/dev/null
            env | grep -q DOCKER_TAR_LAB && exit 1
            printf '{"Username":"%s","Secret":"s"}' "$HELPERS_OWN"
            """
        let environment = [
            "DOCKER_TAR_LAB_PASSWORD": "swordfish", "DOCKER_TAR_LAB_PASSWORD_R_IO": "swordfish", "HELPERS_OWN": "kept",
        ]
        #expect(try await ask(script, environment: environment)?.user == "kept")
    }

    // MARK: ends

    /// Says its own number and that of a child, and then nothing.
    private static let hanging = """
        sleep 1000 &
        echo $$ $! > "$FOLDER/numbers.new"
        mv "$FOLDER/numbers.new" "$FOLDER/numbers"
        wait
        """

    private func numbers() async throws -> [Int32] {
        while true {
            if let text = try? String(contentsOfFile: bench.path("numbers"), encoding: .utf8) {
                return text.split(whereSeparator: \.isWhitespace).compactMap { Int32($0) }
            }
            try await Task.sleep(for: .milliseconds(2))
        }
    }

    /// Waits until both have ended; the suite's limit ends a wait in vain.
    private func waitForTheEnd(of numbers: [Int32]) async throws {
        #expect(numbers.count == 2)
        for number in numbers {
            while let state = try? String(contentsOfFile: "/proc/\(number)/stat", encoding: .utf8),
                state.split(separator: ")").last?.hasPrefix(" Z") == false
            {
                try await Task.sleep(for: .milliseconds(2))
            }
        }
    }

    @Test func oneThatHangsIsKilledInTime() async throws {
        let waited = Mutex<[Duration]>([])
        let started: @Sendable () async throws -> [Int32] = { try await numbers() }
        var clock = PullClock.system
        clock.sleep = { duration in
            waited.withLock { $0.append(duration) }
            _ = try await started()
        }
        let helper = try helper(Self.hanging)
        await #expect(throws: CredentialProblem.helperTimedOut(.seconds(10))) {
            try await helper.credential(
                for: "r.io", environment: environment(["FOLDER": bench.folder.path]), clock: clock)
        }
        #expect(waited.withLock { $0 } == [.seconds(10)])
        try await waitForTheEnd(of: try await numbers())
    }

    @Test func cancellationKillsIt() async throws {
        let helper = try helper(Self.hanging)
        let environment = environment(["FOLDER": bench.folder.path])
        let asking = Task { try await helper.credential(for: "r.io", environment: environment, clock: .system) }
        let numbers = try await numbers()
        asking.cancel()
        await #expect(throws: CancellationError.self) { try await asking.value }
        try await waitForTheEnd(of: numbers)
    }

    // MARK: among the other sources

    @Test func dockersFileLeadsToIt() async throws {
        _ = try helper(#"host=$(cat); printf '{"Username":"%s","Secret":"s"}' "$host""#)
        let accounts = Accounts.stored(
            docker: #"{"auths":{"docker.io":{"username":"file","password":"x"}},"credsStore":"canary"}"#,
            environment: environment())
        for (image, user) in [
            ("nginx", "https://index.docker.io/v1/"), ("r.io:5000/a", "r.io:5000"), ("R.io:443/a", "r.io"),
        ] {
            let endpoint = try RegistryEndpoint(ImageReference(parsing: image), mirror: nil, plainHTTP: false)
            #expect(try await accounts.credential(for: endpoint, clock: .system)?.user == user)
        }
    }

    @Test func whereItKnowsNothingTheFilesAreAsked() async throws {
        _ = try helper("cat >/dev/null; echo credentials not found in native keychain; exit 1")
        let endpoint = try RegistryEndpoint(ImageReference(parsing: "r.io/a"), mirror: nil, plainHTTP: false)
        let entry = #"{"auths":{"r.io":{"username":"file","password":"x"}}"#
        for accounts in [
            Accounts.stored(docker: entry + #","credsStore":"canary"}"#, environment: environment()),
            .stored(docker: #"{"credsStore":"canary"}"#, podman: entry + "}", environment: environment()),
        ] {
            #expect(try await accounts.credential(for: endpoint, clock: .system)?.user == "file")
        }
    }

    @Test func itsProblemNamesTheProgram() async throws {
        let accounts = Accounts.stored(docker: #"{"credsStore":"nowhere"}"#, environment: environment())
        let endpoint = try RegistryEndpoint(ImageReference(parsing: "r.io/a"), mirror: nil, plainHTTP: false)
        await #expect(
            throws: PullError(
                step: .credential, place: "docker-credential-nowhere", cause: .credential(.helperMissing))
        ) { try await accounts.credential(for: endpoint, clock: .system) }
    }
}
