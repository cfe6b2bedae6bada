import COpenSSL
import Foundation
import LabNet
import NIOCore
import Testing

@testable import CensorLab
@testable import LabNet

/// Other people's servers judge our hellos.
@Suite(.serialized, .timeLimit(.minutes(1))) struct TLSInteroperationTests {
    private let folder: ScratchFolder
    private let context: TLSContext
    private let certificate: String
    private let key: String

    init() throws {
        folder = try ScratchFolder()
        let root = try CertificateAuthority(named: "root")
        let issued = try root.issue(CertificateRequest(names: ["registry.example"]))
        context = try makeContext(trusting: root)
        certificate = try folder.write(issued.certificates, to: "server.pem")
        key = try folder.write(issued.key, to: "server.key")
    }

    private static let strategies: [ServerNameStrategy] = [.plain, .records, .segments, .recordsAndSegments, .omit]

    private func connect(_ port: Int, _ strategy: ServerNameStrategy) async throws -> LoopbackClient {
        let context = context
        return try await LoopbackClient.connect(port: port) {
            try context.session(for: parse("registry.example"), port: 443, strategy: strategy)
        }
    }

    private func fetch(_ client: LoopbackClient) async throws -> String {
        try await client.channel.writeAndFlush(
            ByteBuffer(string: "GET / HTTP/1.1\r\nHost: registry.example\r\nConnection: close\r\n\r\n")
        ).get()
        return try await String(buffer: client.collector.whole.get().bytes)
    }

    @Test(arguments: ["-tls1_2", "-tls1_3"])
    func opensslServer(_ version: String) async throws {
        let port = try await withServer({ _ in }) { $0 }
        let arguments = [
            "s_server", "-accept", "127.0.0.1:\(port)", "-cert", certificate, "-key", key, version, "-www",
        ]
        try await withProgram("/usr/bin/openssl", arguments) {
            try await untilListening(port)
            for strategy in Self.strategies {
                let client = try await connect(port, strategy)
                let summary = try await client.handshake.get()
                #expect(summary.protocolVersion == (version == "-tls1_2" ? "TLSv1.2" : "TLSv1.3"))
                #expect(try await fetch(client).hasPrefix("HTTP/1.0 200 ok"))
            }
        }
    }

    @Test(.enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/sbin/nginx"), "nginx is not installed"))
    func nginxThatNeedsTheName() async throws {
        let port = try await withServer({ _ in }) { $0 }
        let configuration = try folder.write(
            """
            daemon off; master_process off; pid \(folder.path)/pid; error_log stderr;
            events {}
            http {
                access_log off;
                ssl_certificate \(certificate); ssl_certificate_key \(key); ssl_protocols TLSv1.2 TLSv1.3;
                server { listen 127.0.0.1:\(port) ssl default_server; ssl_reject_handshake on; }
                server { listen 127.0.0.1:\(port) ssl; server_name registry.example; return 200 "name seen"; }
            }
            """, to: "nginx.conf")
        try await withProgram("/usr/sbin/nginx", ["-p", folder.path, "-c", configuration]) {
            try await untilListening(port)
            for strategy in Self.strategies where strategy != .omit {
                let client = try await connect(port, strategy)
                #expect(try await client.handshake.get().applicationProtocol == "http/1.1")
                #expect(try await fetch(client).hasSuffix("name seen"))
            }
            #expect(try await connect(port, .omit).failure() == .alert(112))
            #expect(try await connect(port, .alter("other.example")).failure() == .alert(112))
        }
    }

    /// A program that has just been started is asked until it listens.
    private func untilListening(_ port: Int) async throws {
        while true {
            do {
                try await connect(port, .omit).channel.close()
                return
            } catch let error as IOError where error.errnoCode == ECONNREFUSED {
                try await Task.sleep(for: .milliseconds(10))
            } catch is ChannelError {
                return
            }
        }
    }
}
