import Foundation

@testable import Puller

/// An image of schema 1 that is made for a test.
struct Schema1Sample {
    /// A step of its making; nil bytes for one that changed no file.
    struct Step {
        var command: String
        var layer: [UInt8]?
        /// Further fields of the history, as JSON that begins with a comma.
        var more = ""
    }

    /// Steps as manifests of today's Docker would have them; what Docker writes for no files stands behind thrown-away
    /// ones.
    var steps: [Step]
    /// The fields of the newest step: the image's own.
    var image =
        #""architecture":"amd64","os":"linux","config":{"Env":["A=<b>"],"Cmd":["sh"]},"docker_version":"20.10.24","#
    var architecture = "amd64"

    static let emptyLayer: [UInt8] = Array(
        Data(base64Encoded: "H4sIAAAJbogA/2IYBaNgFIxYAAgAAP//Lq+17wAEAAA=") ?? Data())

    static func id(_ number: Int) -> String { String(repeating: "0", count: 60) + String(format: "%04x", number + 1) }

    func blob(_ number: Int) -> [UInt8] { steps[number].layer ?? Self.emptyLayer }

    /// The histories, oldest first.
    func histories() throws -> [String] {
        steps.enumerated().map { number, step in
            let parent = number > 0 ? #","parent":"\#(Self.id(number - 1))""# : ""
            let throwaway = step.layer == nil ? #","throwaway":true"# : ""
            let own = number == steps.count - 1 ? image : ""
            return
                #"{\#(own)"id":"\#(Self.id(number))"\#(parent),"created":"2020-01-0\#(number + 1)T00:00:00Z","container_config":{"Cmd":["\#(step.command)"]}\#(throwaway)\#(step.more)}"#
        }
    }

    /// The text: newest first.
    func text(histories: [String]? = nil) throws -> [UInt8] {
        let histories = try histories ?? self.histories()
        let blobs = try steps.indices.reversed().map { #"{"blobSum":"\#(try Digester.digest(of: blob($0)))"}"# }
        let encoded = try histories.reversed().map { history in
            #"{"v1Compatibility":\#(String(decoding: try JSONEncoder().encode(history), as: UTF8.self))}"#
        }
        return Array(
            """
            {
               "schemaVersion": 1,
               "name": "lab/old",
               "tag": "latest",
               "architecture": "\(architecture)",
               "fsLayers": [\(blobs.joined(separator: ","))],
               "history": [\(encoded.joined(separator: ","))]
            }
            """.utf8)
    }

    /// The text with a signature in it, as libtrust puts it there. Nobody reads the signature itself.
    static func signed(_ text: [UInt8], headers: [String]? = nil) -> [UInt8] {
        let length = text.count - 2
        let header = #"{"formatLength":\#(length),"formatTail":"Cn0","time":"2020-01-01T00:00:00Z"}"#
        let signatures = (headers ?? [header]).map { header in
            let encoded = Data(header.utf8).base64EncodedString().replacing("+", with: "-").replacing("/", with: "_")
                .replacing("=", with: "")
            return #"{"header":{"alg":"ES256"},"signature":"AAAA","protected":"\#(encoded)"}"#
        }
        return text.prefix(length) + Array(",\n   \"signatures\": [\(signatures.joined(separator: ","))]\n}".utf8)
    }

    func serve(in registry: FakeRegistry, as tag: String = "latest", type: String = MediaType.schema1[0]) throws {
        for number in steps.indices {
            let bytes = blob(number)
            registry.serve(bytes, as: "blobs/\(try Digester.digest(of: bytes))", type: "application/octet-stream")
        }
        let text = try text()
        let served = type == MediaType.schema1[0] ? Self.signed(text) : text
        registry.serve(served, as: "manifests/\(tag)", type: type)
        registry.serve(served, as: "manifests/\(try Digester.digest(of: text))", type: type)
    }
}
