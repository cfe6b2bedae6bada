import LabNet
import Puller
import Testing

@testable import docker_tar_lab

@Suite struct TransferArgumentTests {
    private static let home = ["HOME": "/home/me"]

    @Test func whoSaysNothingGetsTheDefaults() throws {
        let invocation = try invocation("pull nginx", surroundings(environment: Self.home))
        #expect(invocation.transfer.retries == 5)
        #expect(invocation.transfer.connections == nil)
        #expect(invocation.transfer.bytesPerSecond == nil)
        #expect(
            invocation.transfer.cache
                == TransferOptions.Cache(folder: "/home/me/.cache/docker-tar-lab/blobs", limit: 2 << 30))
        #expect(invocation.transport.timeouts.idle == .seconds(60))
    }

    @Test func everyFlagIsObeyed() throws {
        let line = "pull nginx -retries 20 -connections 16 -limit-rate 500k -cache-size 10g"
        let transfer = try invocation(
            line, surroundings(environment: ["XDG_CACHE_HOME": "/fast", "HOME": "/home/me"])
        ).transfer
        #expect(transfer.retries == 20)
        #expect(transfer.connections == 16)
        #expect(transfer.bytesPerSecond == 512_000)
        #expect(transfer.cache == TransferOptions.Cache(folder: "/fast/docker-tar-lab/blobs", limit: 10 << 30))
        #expect(try invocation("list nginx -retries 0 -timeout 5").transfer.retries == 0)
    }

    /// Who is interrupted hears whether anything is kept: in a cache, and of what goes to a file.
    @Test(arguments: [("", true), (" -no-cache", false), (" -output -", false), (" -output a.tar", true)])
    func whetherAnythingIsKeptIsSaid(_ flags: String, _ isKept: Bool) throws {
        let invocation = try invocation("pull nginx" + flags, surroundings(environment: Self.home))
        #expect(invocation.circumstances.keepsContent == isKept)
    }

    @Test(arguments: [("pull nginx -no-cache", Self.home), ("pull nginx", [:]), ("pull nginx", ["HOME": "relative"])])
    func thereMayBeNoCache(_ line: String, _ environment: [String: String]) throws {
        #expect(try invocation(line, surroundings(environment: environment)).transfer.cache == nil)
    }

    @Test(
        arguments: [
            ("1", 1), ("0", 0), ("1048576", 1 << 20), ("1024k", 1 << 20), ("1M", 1 << 20), ("2g", 2 << 30), ("", nil),
            ("g", nil), ("1kb", nil), ("+1", nil), (" 1", nil), ("９", nil), ("1048577g", nil), ("1048576g", 1 << 50),
        ] as [(String, Int64?)])
    func sizesAreReadAsCurlReadsThem(_ text: String, _ count: Int64?) {
        #expect(Flags.byteCount(text) == count)
    }

    /// A server may be silent for so long at any step; the steps that are short already become no longer.
    @Test(
        arguments: [
            ("-timeout 15s", 15, 10, 5), ("-timeout 2", 2, 2, 2), ("-timeout 300", 300, 10, 5),
            ("-timeout 1500ms", 1.5, 1.5, 1.5),
        ] as [(String, Double, Double, Double)])
    func theTimeoutGoesToEveryStep(_ flag: String, _ idle: Double, _ connect: Double, _ proving: Double) throws {
        let timeouts = try invocation("pull nginx \(flag)").transport.timeouts
        #expect(timeouts.idle == .seconds(idle) && timeouts.firstByte == .seconds(idle))
        #expect(timeouts.connect == .seconds(connect) && timeouts.handshake == .seconds(connect))
        #expect(timeouts.proving == .seconds(proving))
    }
}
