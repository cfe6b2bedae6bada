import Foundation
import LabNet
import NIOHTTP1
import Synchronization
import Testing

@testable import Puller

/// Mirrors in the registry's place: who is asked, who is passed over, and who vouches for what comes.
@Suite(.timeLimit(.minutes(1))) struct MirrorTests {
    private static let name = "registry.example/lab/img1:single"
    private static let digest = Digest("sha256:\(FakeRegistry.manifest)")
    private static let secret = Credential.password(user: "u", Secret("canary"))

    private func access(_ mirrors: [String], _ change: (inout RegistryAccess) -> Void = { _ in }) throws
        -> RegistryAccess
    {
        var access = RegistryAccess()
        access.mirrors = try mirrors.map { try RegistryMirror(parsing: $0) }
        access.accounts.registry = Self.secret
        change(&access)
        return access
    }

    /// Time in which three seconds are only over where nobody answers.
    private func patience(silentOrigin: Bool) -> Patience {
        let now = Mutex(Duration.zero)
        let clock = PullClock(
            now: { now.withLock { $0 } }, secondsSince1970: { 0 },
            sleep: { wait in
                if wait == ImageSources.witnessLimit, !silentOrigin { try await Task.sleep(for: .seconds(3600)) }
                now.withLock { $0 += wait }
            }, random: { 1 })
        return Patience(policy: RetryPolicy(), clock: clock)
    }

    private func pull(
        _ hosts: [String: FakeRegistry], _ access: RegistryAccess, named name: String = name,
        silentOrigin: Bool = false
    ) async throws -> (bytes: [UInt8], events: [PullEvent]) {
        let bench = try PullBench()
        let puller = Puller(
            transport: FakeInternet(hosts), access: access, patience: patience(silentOrigin: silentOrigin),
            standardOutput: -1)
        let events = Mutex<[PullEvent]>([])
        do {
            _ = try await puller.pull(bench.request(name)) { event in events.withLock { $0.append(event) } }
        } catch {
            #expect(try bench.files().isEmpty, "something was left behind")
            throw error
        }
        return (try bench.bytes("out.tar"), events.withLock { $0 })
    }

    /// The registry itself, which says its digests.
    private func origin(_ digest: Digest? = digest) throws -> FakeRegistry {
        let origin = try FakeRegistry.golden(speaksTLS: true)
        if let digest {
            origin.fail(
                "manifests/single", method: .HEAD, with: .field("Docker-Content-Digest", "\(digest)"), lasting: true)
        }
        return origin
    }

    private func mirror() throws -> FakeRegistry { try FakeRegistry.golden(speaksTLS: true) }

    /// Where another image is under the tag; the registry's own is unknown there.
    private func stale() throws -> FakeRegistry {
        let registry = FakeRegistry("lab/img1")
        try ServedImage(layers: [[1, 2, 3]]).serve(in: registry, as: "single")
        return registry
    }

    private func passedOver(_ events: [PullEvent]) -> [PullError] {
        events.compactMap { if case .passedOver(let error) = $0 { error } else { nil } }
    }

    private var whole: [UInt8] {
        get async throws { try await pull(["registry.example": try origin(nil)], RegistryAccess()).bytes }
    }

    // MARK: One after another

    @Test func theNextMirrorServesWhatOneCannot() async throws {
        let whole = try await whole
        let faults: [(FakeRegistry.Fault, String)] = [
            (.status(403, #"{"errors":[{"message":"not in your region"}]}"#), "manifests/single"),
            (.status(503), "manifests/single"), (.network(.reset, .exchange), "manifests/single"),
            (.flipped(3), "blobs/sha256:\(FakeRegistry.config)"), (.silent, "nowhere"),
        ]
        for (fault, place) in faults {
            let (first, second) = (try mirror(), try mirror())
            first.fail(place, with: fault, lasting: true)
            let (bytes, events) = try await pull(
                ["a.example": first, "b.example": second], try access(["a.example", "b.example"]))
            #expect(bytes == whole)
            #expect(passedOver(events).map(\.place) == (place == "nowhere" ? [] : ["a.example"]), "\(fault)")
        }
    }

    @Test func aMirrorMayServeTheManifestAndRefuseALayer() async throws {
        let (first, second) = (try mirror(), try mirror())
        let words = #"{"errors":[{"message":"blob too large for this mirror"}]}"#
        first.fail("blobs/sha256:\(FakeRegistry.layers[0])", with: .status(403, words), lasting: true)
        let (bytes, events) = try await pull(
            ["a.example": first, "b.example": second], try access(["a.example", "b.example"]))
        #expect(try await bytes == whole)
        let causes = passedOver(events).map(\.cause)
        #expect(causes == [.unauthorised(status: 403, "blob too large for this mirror")])
        #expect(second.count("manifests/single") == 0, "only the layer is asked for there")
        #expect(second.requests.count { $0.path.contains("/blobs/") } == 1)
    }

    @Test func whoServesFalseBytesIsAskedNoMore() async throws {
        let (liar, honest) = (try mirror(), try mirror())
        for layer in FakeRegistry.layers { liar.fail("blobs/sha256:\(layer)", with: .flipped(0), lasting: true) }
        let bench = try PullBench()
        var request = try bench.request(Self.name)
        request.archive.jobs = 1
        let puller = Puller(
            transport: FakeInternet(["a.example": liar, "b.example": honest]),
            access: try access(["a.example", "b.example"]), patience: bench.patience, standardOutput: -1)
        _ = try await puller.pull(request)
        #expect(try await bench.bytes("out.tar") == whole)
        #expect(liar.requests.count { request in FakeRegistry.layers.contains { request.path.hasSuffix($0) } } == 1)
    }

    /// Who has refused one layer and then serves another falsely is named for both; and nobody who has lied is forgotten
    /// where all have failed.
    @Test func whoRefusesAndThenLiesIsNamedForBoth() async throws {
        let (bad, honest) = (try mirror(), try mirror())
        bad.fail("blobs/sha256:\(FakeRegistry.layers[0])", with: .status(403), lasting: true)
        for layer in FakeRegistry.layers[1...] { bad.fail("blobs/sha256:\(layer)", with: .flipped(0), lasting: true) }
        honest.fail("blobs/sha256:\(FakeRegistry.layers[2])", with: .status(403), lasting: true)
        let bench = try PullBench()
        var request = try bench.request(Self.name)
        request.archive.jobs = 1
        let events = Mutex<[PullEvent]>([])
        let puller = Puller(
            transport: FakeInternet(["a.example": bad, "b.example": honest]),
            access: try access(["a.example", "b.example"]), patience: bench.patience, standardOutput: -1)
        var failure: PullError?
        do {
            _ = try await puller.pull(request) { event in events.withLock { $0.append(event) } }
        } catch let error as PullError {
            failure = error
        }
        let told = passedOver(events.withLock(\.self)).map(\.cause)
        #expect(told.first == .unauthorised(status: 403, "") && told.count == 2)
        guard case .digestMismatch? = told.last, case .allFailed(let errors)? = failure?.cause else {
            Issue.record("\(told), \(String(describing: failure))")
            return
        }
        #expect(errors.map(\.place) == ["a.example", "b.example"])
    }

    @Test func whereOneMirrorStopsTheNextGoesOn() async throws {
        let (first, second) = (try mirror(), try mirror())
        let layer = "blobs/sha256:\(FakeRegistry.layers[0])"
        first.fail(layer, with: .cut(after: 100), .status(403))
        let (bytes, _) = try await pull(
            ["a.example": first, "b.example": second], try access(["a.example", "b.example"]))
        #expect(try await bytes == whole)
        #expect(second.requests.map(\.range) == ["bytes=100-"])
    }

    @Test(arguments: [false, true]) func aFalseBeginningIsThrownAway(_ isPiped: Bool) async throws {
        let (first, second) = (try mirror(), try mirror())
        let layer = "blobs/sha256:\(FakeRegistry.layers[0])"
        first.serve([UInt8](repeating: 7, count: 200), as: layer, type: "application/octet-stream")
        first.fail(layer, with: .cut(after: 100), .status(403))
        let bench = try PullBench()
        var request = try bench.request(Self.name)
        if isPiped { request.archive.output = .standardOutput }
        let file = try FileHandle(forWritingTo: URL(filePath: "/dev/null"))
        let puller = Puller(
            transport: FakeInternet(["a.example": first, "b.example": second]),
            access: try access(["a.example", "b.example"]), patience: bench.patience,
            standardOutput: file.fileDescriptor)
        do {
            _ = try await puller.pull(request)
            #expect(try await bench.bytes("out.tar") == whole)
            #expect(!isPiped)
            #expect(second.requests.map(\.range) == ["bytes=100-", nil])
        } catch let error as PullError {
            // What is in a pipe cannot be taken back.
            #expect(isPiped)
            guard case .digestMismatch = error.cause else { throw error }
        }
    }

    @Test func whereAllFailEveryOneIsNamed() async throws {
        let (first, second) = (try mirror(), try mirror())
        first.fail("manifests/single", with: .status(403), lasting: true)
        second.fail("manifests/single", with: .status(404), lasting: true)
        let error = await #expect(throws: PullError.self) {
            try await pull(
                ["a.example": first, "b.example": second], try access(["a.example", "b.example", "c.example"]))
        }
        guard case .allFailed(let errors)? = error?.cause else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(errors.map(\.place) == ["a.example", "b.example", "c.example"])
    }

    @Test func theRegistryItselfIsAskedOnlyWhereThatIsAllowed() async throws {
        let (refusing, origin) = (try mirror(), try origin(nil))
        refusing.fail("blobs/sha256:\(FakeRegistry.layers[0])", with: .status(403), lasting: true)
        let hosts = ["a.example": refusing, "registry.example": origin]
        await #expect(throws: PullError.self) { try await pull(hosts, try access(["a.example"])) }
        #expect(origin.requests.isEmpty)
        let (bytes, _) = try await pull(hosts, try access(["a.example"]) { $0.fallsBackOnOrigin = true })
        #expect(try await bytes == whole)
        #expect(!origin.requests.isEmpty)
    }

    @Test func theNameInTheArchiveIsTheOneThatWasTyped() async throws {
        let (bytes, _) = try await pull(["m.example": try mirror()], try access(["m.example"]))
        let text = String(decoding: bytes, as: UTF8.self)
        #expect(text.contains(Self.name))
        #expect(!text.contains("m.example"))
    }

    @Test func noMirrorSeesTheRegistrysPassword() async throws {
        let challenge = #"Bearer realm="https://a.example/token",service="x""#
        let mirror = try FakeRegistry.golden(challenge: challenge, speaksTLS: true)
        let origin = try origin()
        _ = try await pull(
            ["a.example": mirror, "registry.example": origin], try access(["a.example"]) { $0.witness = .origin })
        #expect(mirror.requests.contains { $0.path == "/token" })
        #expect(mirror.requests.allSatisfy { $0.authorization?.contains("Basic") != true })
    }

    // MARK: Split trust

    @Test func theRegistryVouchesAndTheMirrorServes() async throws {
        let (mirror, origin) = (try mirror(), try origin())
        let (bytes, events) = try await pull(
            ["a.example": mirror, "registry.example": origin], try access(["a.example"]) { $0.witness = .originOnly })
        #expect(try await bytes == whole)
        #expect(origin.requests.map(\.path) == ["/v2/lab/img1/manifests/single"], "a HEAD and nothing else")
        #expect(mirror.count("manifests/single") == 0, "by digest only")
        #expect(passedOver(events).isEmpty)
    }

    @Test func staleAndLyingMirrorsAreNamedAndPassedOver() async throws {
        let (stale, liar, refusing, honest) = (try stale(), try mirror(), try mirror(), try mirror())
        liar.fail("manifests/sha256:\(FakeRegistry.manifest)", with: .flipped(5), lasting: true)
        refusing.fail("blobs/sha256:\(FakeRegistry.layers[0])", with: .status(403), lasting: true)
        let (bytes, events) = try await pull(
            [
                "stale.example": stale, "liar.example": liar, "refusing.example": refusing, "honest.example": honest,
                "registry.example": try origin(),
            ],
            try access(["stale.example", "liar.example", "refusing.example", "honest.example"]) {
                $0.witness = .origin
            })
        #expect(try await bytes == whole)
        let errors = passedOver(events)
        #expect(Set(errors.map(\.place)) == ["stale.example", "liar.example", "refusing.example"])
        guard case .stale(_, let named)? = errors.first?.cause else {
            Issue.record("\(errors)")
            return
        }
        #expect(named == Self.digest)
    }

    @Test func aStaleMirrorAloneEndsThePull() async throws {
        let error = await #expect(throws: PullError.self) {
            try await pull(
                ["a.example": try stale(), "registry.example": try origin()],
                try access(["a.example"]) { $0.witness = .origin })
        }
        guard case .stale? = error?.cause else {
            Issue.record("\(String(describing: error))")
            return
        }
    }

    @Test(arguments: [true, false]) func whereTheRegistryCannotBeAskedThatIsSaid(_ isSilent: Bool) async throws {
        var hosts = ["a.example": try mirror()]
        if isSilent {
            let origin = try origin()
            origin.fail("manifests/single", method: .HEAD, with: .silent, lasting: true)
            hosts["registry.example"] = origin
        }
        let (bytes, events) = try await pull(
            hosts, try access(["a.example"]) { $0.witness = .origin }, silentOrigin: isSilent)
        #expect(try await bytes == whole)
        #expect(events.contains { if case .vouchedByMirrorOnly = $0 { true } else { false } })
        let error = await #expect(throws: PullError.self) {
            try await pull(hosts, try access(["a.example"]) { $0.witness = .originOnly }, silentOrigin: isSilent)
        }
        guard case .notVouched? = error?.cause else {
            Issue.record("\(String(describing: error))")
            return
        }
    }

    @Test func aDigestThatTheUserNamedNeedsNoWitness() async throws {
        let origin = try origin()
        _ = try await pull(
            ["a.example": try mirror(), "registry.example": origin],
            try access(["a.example"]) { $0.witness = .originOnly },
            named: "registry.example/lab/img1@sha256:\(FakeRegistry.manifest)")
        #expect(origin.requests.isEmpty)
    }

    @Test func aSlowMirrorIsNamed() async throws {
        // The clock moves by the waits between attempts alone.
        let mirror = try mirror()
        let layer = "blobs/sha256:\(FakeRegistry.layers[0])"
        mirror.fail(
            layer, with: .status(503, "", ["Retry-After": "60"]), .status(503, "", ["Retry-After": "60"]))
        let (_, events) = try await pull(["a.example": mirror], try access(["a.example"]))
        #expect(events.contains { if case .slow("a.example", _) = $0 { true } else { false } })
    }
}
