import NIOCore

@testable import LabNet

extension Middleman {
    /// An HTTP proxy that knows CONNECT alone; `targets` says where names lead.
    static func connectProxy(
        _ targets: [String: Endpoint], authorization: String? = nil
    ) -> @Sendable () -> Decide {
        {
            { buffer in
                let text = String(buffer: buffer)
                guard text.contains("\r\n\r\n") else { return .wait }
                buffer.clear()
                if let authorization, !text.contains("Proxy-Authorization: \(authorization)\r\n") {
                    return .refuse(Array("HTTP/1.1 407 Proxy Authentication Required\r\n\r\n".utf8))
                }
                let target = text.split(separator: " ").dropFirst().first.map(String.init) ?? ""
                guard text.hasPrefix("CONNECT "), let server = targets[target] else {
                    return .refuse(Array("HTTP/1.1 502 Bad Gateway\r\n\r\n".utf8))
                }
                return .forward(to: server, after: Array("HTTP/1.1 200 Connected\r\n\r\n".utf8))
            }
        }
    }

    /// A SOCKS5 proxy; `targets` says where `name:port` leads, addresses lead where they say.
    static func socksProxy(
        _ targets: [String: Endpoint] = [:], user: String? = nil, password: String? = nil
    ) -> @Sendable () -> Decide {
        {
            var stage = 0
            return { buffer in
                stage += 1
                var bytes = buffer.readBytes(length: buffer.readableBytes) ?? []
                switch stage {
                case 1:
                    guard user != nil else { return .reply([5, 0]) }
                    return .reply(bytes.contains(2) ? [5, 2] : [5, 0xFF])
                case 2 where user != nil:
                    let expected =
                        [1, UInt8(user?.utf8.count ?? 0)] + Array((user ?? "").utf8)
                        + [UInt8(password?.utf8.count ?? 0)] + Array((password ?? "").utf8)
                    return bytes == expected ? .reply([1, 0]) : .refuse([1, 1])
                default:
                    let port = bytes.suffix(2).reduce(UInt16(0)) { $0 << 8 | UInt16($1) }
                    bytes.removeLast(2)
                    let server: Endpoint?
                    if bytes[3] == 3 {
                        server = targets["\(String(decoding: bytes.dropFirst(5), as: UTF8.self)):\(port)"]
                    } else {
                        server = IPAddress(bytes: bytes.dropFirst(4)).map { Endpoint(address: $0, port: port) }
                    }
                    guard let server else { return .refuse([5, 4, 0, 1, 0, 0, 0, 0, 0, 0]) }
                    return .forward(to: server, after: [5, 0, 0, 1, 0, 0, 0, 0, 0, 0])
                }
            }
        }
    }

    /// A box that puts TCP segments together, but not TLS records: it kills what shows the name in one piece.
    static func nameBox(_ name: String, before server: Endpoint, kill: Decision = .reset) -> @Sendable () -> Decide {
        {
            { buffer in
                guard ClientHello.message(in: buffer.readableBytesView) != nil else { return .wait }
                return contains(Array(buffer.readableBytesView), name) ? kill : .forward(to: server, after: [])
            }
        }
    }

    /// A box that kills every hello with a name, however cut.
    static func anyNameBox(before server: Endpoint, kill: Decision = .reset) -> @Sendable () -> Decide {
        {
            { buffer in
                guard let message = ClientHello.message(in: buffer.readableBytesView) else { return .wait }
                return ClientHello.locateServerName(in: message) != nil ? kill : .forward(to: server, after: [])
            }
        }
    }

    /// A box that does this with every hello without a name, and lets the others pass.
    static func namelessBox(before server: Endpoint, kill: Decision) -> @Sendable () -> Decide {
        {
            { buffer in
                guard let message = ClientHello.message(in: buffer.readableBytesView) else { return .wait }
                return ClientHello.locateServerName(in: message) == nil ? kill : .forward(to: server, after: [])
            }
        }
    }

    /// Whether the bytes show the name, be it cut across records: what somebody can read who puts a hello together.
    static func shows(_ bytes: [UInt8], _ name: String) -> Bool {
        contains(bytes, name) || ClientHello.message(in: bytes).map { contains($0, name) } == true
    }

    /// Whether the bytes hold the name in one piece.
    static func contains(_ bytes: [UInt8], _ name: String) -> Bool { bytes.firstRange(of: Array(name.utf8)) != nil }
}
