import Testing

@testable import Puller

@Suite struct ManifestDocumentTests {
    static let digest = "sha256:" + String(repeating: "a", count: 64)
    static let config = #"{"mediaType":"application/vnd.oci.image.config.v1+json","digest":"\#(digest)","size":2}"#
    static let layer = #"{"mediaType":"application/vnd.oci.image.layer.v1.tar+gzip","digest":"\#(digest)","size":3}"#
    static let image = #""config":\#(config),"layers":[\#(layer)]"#
    static let entry =
        #"{"mediaType":"application/vnd.oci.image.manifest.v1+json","digest":"\#(digest)","size":2,"platform":{"os":"linux","architecture":"amd64"}}"#

    static func read(
        _ json: String, _ contentType: String?, descriptor: String? = nil, isImage: Bool = true
    ) throws -> ManifestDocument {
        try ManifestDocument(
            Array(json.utf8), claims: .init(contentType: contentType, descriptor: descriptor),
            digest: #require(Digest(digest)), isImage: isImage)
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
            (#"{"schemaVersion":1,"fsLayers":[]}"#, nil), (#"{"schemaVersion":1,"name":"x"}"#, MediaType.schema1[0]),
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

    /// Every place that can say what a document is, and what may stand there beside a body that says it too.
    static let tolerated: [String?] = [
        nil, "", "application/octet-stream", "text/plain", "text/plain; charset=utf-8", "application/json", "text/html",
        "APPLICATION/JSON",
    ]

    @Test(arguments: tolerated) func toleratesGenericTypes(_ type: String?) throws {
        for (body, own) in [
            (Self.image, MediaType.ociManifest), (Self.image, MediaType.dockerManifest),
            (#""manifests":[\#(Self.entry)]"#, MediaType.ociIndex),
            (#""manifests":[\#(Self.entry)]"#, MediaType.dockerList),
        ] {
            for claim in [own, nil] {
                let word = claim.map { #""mediaType":"\#($0)","# } ?? ""
                let json = #"{"schemaVersion":2,\#(word)\#(body)}"#
                let found = try Self.read(json, type).descriptor.mediaType
                #expect(MediaType.isIndex(found) == MediaType.isIndex(own))
                #expect(claim == nil || found == own)
                #expect(try Self.read(json, type, descriptor: own).descriptor.mediaType == own)
            }
        }
    }

    /// A configuration or a layer of a generic type is judged by its bytes.
    @Test(arguments: ["", "application/octet-stream", "text/plain", "application/json"])
    func toleratesGenericDescriptors(_ type: String) throws {
        let blob = #"{"mediaType":"\#(type)","digest":"\#(Self.digest)","size":3}"#
        let document = try Self.read(#"{"schemaVersion":2,"config":\#(blob),"layers":[\#(blob)]}"#, nil)
        guard case .image(let manifest) = document else {
            Issue.record("no image")
            return
        }
        #expect(manifest.layers.map(\.mediaType) == [type])
    }

    /// CVE-2021-41190 in all its forms: two claims that contradict each other, wherever they stand.
    static let contradictions: [(String, contentType: String?, descriptor: String?)] = {
        let kinds = [MediaType.ociManifest, MediaType.dockerManifest, MediaType.ociIndex, MediaType.dockerList]
        let chart = "application/vnd.cncf.helm.chart.v1+json"
        var rows: [(String, contentType: String?, descriptor: String?)] = []
        for own in kinds {
            let body = MediaType.isIndex(own) ? #""manifests":[\#(entry)]"# : image
            for other in kinds + MediaType.schema1 + [chart] where other != own {
                rows.append((#"{"schemaVersion":2,"mediaType":"\#(own)",\#(body)}"#, other, nil))
                // A descriptor need only be of the same kind.
                if MediaType.isIndex(other) != MediaType.isIndex(own) || !kinds.contains(other) {
                    rows.append((#"{"schemaVersion":2,"mediaType":"\#(own)",\#(body)}"#, nil, other))
                    rows.append((#"{"schemaVersion":2,\#(body)}"#, own, other))
                }
                // A body without a word of its own, and one claim of another kind.
                if MediaType.isIndex(other) != MediaType.isIndex(own), other != chart {
                    rows.append((#"{"schemaVersion":2,\#(body)}"#, other, nil))
                    rows.append((#"{"schemaVersion":2,\#(body)}"#, nil, other))
                }
            }
        }
        return rows
    }()

    /// Docker's manifests in an index that calls them OCI's, and the other way round.
    @Test func takesADescriptorOfTheSameKind() throws {
        for (own, other) in [
            (MediaType.dockerManifest, MediaType.ociManifest), (MediaType.ociManifest, MediaType.dockerManifest),
        ] {
            let json = #"{"schemaVersion":2,"mediaType":"\#(own)",\#(Self.image)}"#
            #expect(try Self.read(json, own, descriptor: other).descriptor.mediaType == own)
        }
    }

    @Test func refusesContradictions() {
        #expect(Self.contradictions.count > 60)
        for row in Self.contradictions {
            #expect("\(row)") {
                try Self.read(row.0, row.contentType, descriptor: row.descriptor)
            } throws: { error in
                if case .malformed? = error as? PullError.Cause { true } else { false }
            }
        }
    }

    @Test(arguments: [
        // Fields of an image and of an index, whole or in part.
        #"{"schemaVersion":2,\#(image),"manifests":[\#(entry)]}"#,
        #"{"schemaVersion":2,"config":\#(config),"manifests":[\#(entry)]}"#,
        #"{"schemaVersion":2,"layers":[],"manifests":[\#(entry)]}"#,
        #"{"schemaVersion":2,"mediaType":"\#(MediaType.ociIndex)","manifests":[],"layers":[]}"#,
        // Of two schemas.
        #"{"schemaVersion":1,"fsLayers":[],"history":[],"layers":[]}"#,
        #"{"schemaVersion":2,\#(image),"fsLayers":[]}"#, #"{"schemaVersion":2,"manifests":[],"history":[]}"#,
        // For readers that take the first of two, the last, or whatever case it is written in.
        #"{"schemaVersion":2,"mediaType":"\#(MediaType.ociIndex)","mediaType":"\#(MediaType.ociManifest)",\#(image)}"#,
        #"{"schemaVersion":2,"layers":[],\#(image)}"#, #"{"schemaVersion":2,"Manifests":[\#(entry)],\#(image)}"#,
        #"{"schemaVersion":2,"MediaType":"\#(MediaType.ociIndex)",\#(image)}"#,
        #"{"schemaVersion":1,"schemaVersion":2,\#(image)}"#, #"{"schemaVersion":1,\#(image)}"#,
        #"{"schemaVersion":2,"fsLayers":[],"history":[]}"#,
    ])
    func refusesTwoThingsInOne(_ json: String) {
        for type in [nil, MediaType.ociManifest, MediaType.ociIndex, MediaType.schema1[0]] {
            #expect(throws: PullError.Cause.self) { try Self.read(json, type) }
        }
        #expect("\(json)") {
            try Self.read(json, nil)
        } throws: { error in
            if case .malformed? = error as? PullError.Cause { true } else { false }
        }
    }

    /// An attestation has the form of an image; it is read as one only where that is wanted.
    @Test func readsWhatIsNoImageWhereItNeedNotBe() throws {
        let json =
            #"{"schemaVersion":2,"config":\#(Self.config),"layers":[{"mediaType":"application/vnd.in-toto+json","digest":"\#(Self.digest)","size":1}]}"#
        #expect(throws: PullError.Cause.self) { try Self.read(json, nil) }
        guard case .image(let manifest) = try Self.read(json, nil, isImage: false) else {
            Issue.record("no manifest")
            return
        }
        #expect(manifest.layers.map(\.mediaType) == ["application/vnd.in-toto+json"])
    }

    @Test func asksForSchema1Last() {
        let types = MediaType.accepted.split(separator: ", ").map(String.init)
        #expect(
            types.prefix(4) == [
                MediaType.ociIndex, MediaType.ociManifest, MediaType.dockerList, MediaType.dockerManifest,
            ])
        #expect(types.suffix(2) == MediaType.schema1.map { $0 + ";q=0.1" })
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
