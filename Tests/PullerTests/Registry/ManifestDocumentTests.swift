import Testing

@testable import Puller

@Suite struct ManifestDocumentTests {
    static let digest = "sha256:" + String(repeating: "a", count: 64)
    static let config = #"{"mediaType":"application/vnd.oci.image.config.v1+json","digest":"\#(digest)","size":2}"#
    static let layer = #"{"mediaType":"application/vnd.oci.image.layer.v1.tar+gzip","digest":"\#(digest)","size":3}"#
    static let image = #""config":\#(config),"layers":[\#(layer)]"#
    static let entry =
        #"{"mediaType":"application/vnd.oci.image.manifest.v1+json","digest":"\#(digest)","size":2,"platform":{"os":"linux","architecture":"amd64"}}"#

    static func read(_ json: String, _ contentType: String?) throws -> ManifestDocument {
        try ManifestDocument(Array(json.utf8), contentType: contentType, digest: #require(Digest(digest)))
    }

    @Test(
        arguments: [
            (#"{"schemaVersion":2,\#(image)}"#, MediaType.ociManifest, MediaType.ociManifest),
            (#"{"schemaVersion":2,\#(image)}"#, MediaType.dockerManifest + "; charset=utf-8", MediaType.dockerManifest),
            (
                #"{"schemaVersion":2,"mediaType":"\#(MediaType.dockerManifest)",\#(image)}"#, nil,
                MediaType.dockerManifest
            ),
            (
                #"{"schemaVersion":2,"mediaType":"\#(MediaType.dockerManifest)",\#(image)}"#, "text/plain",
                MediaType.dockerManifest
            ),
            (#"{"schemaVersion":2,\#(image)}"#, nil, MediaType.ociManifest),
            (#"{"schemaVersion":2,\#(image)}"#, "application/octet-stream", MediaType.ociManifest),
            (#"{"schemaVersion":2,"manifests":[\#(entry)]}"#, "application/json", MediaType.ociIndex),
            (#"{"schemaVersion":2,"manifests":[]}"#, MediaType.dockerList.uppercased(), MediaType.dockerList),
            (#"{"schemaVersion":2,"layers":null,"manifests":[\#(entry)]}"#, nil, MediaType.ociIndex),
        ] as [(String, String?, String)])
    func reads(_ json: String, _ contentType: String?, _ type: String) throws {
        let document = try Self.read(json, contentType)
        #expect(document.descriptor.mediaType == type)
        #expect(document.descriptor.size == Int64(json.utf8.count))
    }

    @Test(
        arguments: [
            ("", nil), ("[]", nil), ("nonsense", nil), (#"{"schemaVersion":2}"#, nil),
            (#"{"schemaVersion":3,\#(image)}"#, nil),
            // CVE-2021-41190: two things at once.
            (#"{"schemaVersion":2,\#(image),"manifests":[\#(entry)]}"#, nil),
            (#"{"schemaVersion":2,\#(image)}"#, MediaType.ociIndex),
            (#"{"schemaVersion":2,"manifests":[]}"#, MediaType.ociManifest),
            (#"{"schemaVersion":2,"mediaType":"\#(MediaType.ociIndex)",\#(image)}"#, nil),
            (#"{"schemaVersion":2,"mediaType":"\#(MediaType.ociManifest)",\#(image)}"#, MediaType.dockerManifest),
            (#"{"schemaVersion":2,"config":\#(config)}"#, nil), (#"{"schemaVersion":2,"layers":[]}"#, nil),
            (#"{"schemaVersion":2,"config":\#(config),"layers":[{"digest":"sha256:../../x","size":1}]}"#, nil),
            (#"{"schemaVersion":2,"config":\#(config),"layers":[{"size":1}]}"#, nil),
            (#"{"schemaVersion":2,"config":\#(config),"layers":[{"digest":"\#(digest)"}]}"#, nil),
            (#"{"schemaVersion":2,"config":\#(config),"layers":[{"digest":"\#(digest)","size":-1}]}"#, nil),
            (
                #"{"schemaVersion":2,"config":\#(config),"layers":[{"digest":"\#(digest)","size":9223372036854775807}]}"#,
                nil
            ),
            (#"{"schemaVersion":2,"config":\#(config),"layers":[{"digest":"\#(digest)","size":1e99}]}"#, nil),
        ] as [(String, String?)])
    func refusesMalformed(_ json: String, _ contentType: String?) {
        #expect {
            try Self.read(json, contentType)
        } throws: { error in
            guard case .malformed? = error as? PullError.Cause else { return false }
            return true
        }
    }

    @Test(
        arguments: [
            (#"{"schemaVersion":1,"fsLayers":[]}"#, nil),
            (#"{"schemaVersion":1,"name":"x"}"#, "application/vnd.docker.distribution.manifest.v1+prettyjws"),
            (
                #"{"schemaVersion":2,"config":{"mediaType":"application/vnd.cncf.helm.config.v1+json","digest":"\#(digest)","size":2},"layers":[]}"#,
                nil
            ),
            (#"{"schemaVersion":2,"mediaType":"application/vnd.oci.artifact.manifest.v1+json","layers":[]}"#, nil),
            (
                #"{"schemaVersion":2,"config":\#(config),"layers":[{"mediaType":"application/vnd.oci.image.layer.v1.tar+gzip+encrypted","digest":"\#(digest)","size":1}]}"#,
                nil
            ),
            (
                #"{"schemaVersion":2,"config":\#(config),"layers":[{"mediaType":"application/vnd.in-toto+json","digest":"\#(digest)","size":1}]}"#,
                nil
            ),
        ] as [(String, String?)])
    func namesWhatItCannotRead(_ json: String, _ contentType: String?) {
        #expect {
            try Self.read(json, contentType)
        } throws: { error in
            guard case .unsupported? = error as? PullError.Cause else { return false }
            return true
        }
    }

    @Test func survivesDepth() {
        for open in [#"{"layers":"#, "["] {
            let json = String(repeating: open, count: 100_000)
            #expect(throws: PullError.Cause.self) { try Self.read(json, nil) }
            #expect(throws: PullError.Cause.self) { try ImageConfig(Array(json.utf8), layers: 0) }
        }
    }

    @Test func readsConfigurations() throws {
        let json =
            #"{"os":"linux","architecture":"arm","variant":"v7","rootfs":{"type":"layers","diff_ids":["\#(Self.digest)"]}}"#
        let config = try ImageConfig(Array(json.utf8), layers: 1)
        #expect(config.platform == Platform(os: "linux", architecture: "arm", variant: "v7"))
        #expect(config.diffIDs.map(\.description) == [Self.digest])
        #expect(throws: PullError.Cause.self) { try ImageConfig(Array(json.utf8), layers: 2) }
        #expect(throws: PullError.Cause.self) { try ImageConfig(Array("{}".utf8), layers: 1) }
        #expect(throws: PullError.Cause.self) { try ImageConfig(Array("[]".utf8), layers: 0) }
        #expect(throws: PullError.Cause.self) {
            try ImageConfig(Array(#"{"rootfs":{"diff_ids":["sha256:x"]}}"#.utf8), layers: 1)
        }
    }
}
