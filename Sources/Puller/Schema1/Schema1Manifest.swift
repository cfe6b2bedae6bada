/// An image manifest of schema 1: layers by their blobs alone, and for each a piece of the configuration. What it leads
/// to is known only when the layers have come.
struct Schema1Manifest: Hashable, Sendable {
    /// Type, digest and size of the text.
    var descriptor: Descriptor
    /// What the image runs on, as the manifest says; the configuration may say more.
    var architecture: String
    /// The steps of the image's making, the first one first.
    var steps: [Step]

    /// One step, and the layer that it made.
    struct Step: Hashable, Sendable {
        /// The layer.
        var blob: Digest
        /// The image as it was after this step, in Docker's first format (`v1Compatibility`).
        var compatibility: GoJSON
        /// The image's ID.
        var id: [UInt8]
        /// The ID of the step before; empty in the first.
        var parent: [UInt8]
        /// Whether the step changed no file: its layer is not fetched.
        var isThrownAway: Bool
    }

    /// The layers that are fetched, lowest first.
    var layers: [Digest] { steps.filter { !$0.isThrownAway }.map(\.blob) }

    /// Docker's image stores hold no more layers than 127; generous, since steps without a layer count here too.
    private static let stepLimit = 1024

    /// Reads what the wire says, newest first there.
    ///
    /// - Throws: `.malformed` as Docker does (moby 20.10, `distribution/pull_v2.go`): steps and layers that differ in
    ///   number, and steps that are no chain. A step that stands there twice in a row is taken once.
    init(_ wire: ManifestWire, descriptor: Descriptor) throws(PullError.Cause) {
        guard let layers = wire.fsLayers, let history = wire.history, layers.count == history.count, !layers.isEmpty
        else { throw .malformed("fsLayers and history that do not fit") }
        guard layers.count <= Self.stepLimit else { throw .malformed("more than \(Self.stepLimit) layers") }
        var steps: [Step] = []
        for (layer, entry) in zip(layers, history).reversed() {
            guard let blob = layer.blobSum.flatMap({ Digest($0) }), let text = entry.v1Compatibility else {
                throw .malformed("a layer without a digest or a history")
            }
            let step = try Step(blob: blob, compatibility: Array(text.utf8))
            if step.id == steps.last?.id, step.blob == steps.last?.blob { continue }
            guard step.parent == steps.last?.id ?? [] else { throw .malformed("a history that is no chain") }
            steps.append(step)
        }
        guard Set(steps.map(\.id)).count == steps.count else { throw .malformed("a history that goes in a circle") }
        self.descriptor = descriptor
        architecture = wire.architecture ?? ""
        self.steps = steps
    }
}

extension Schema1Manifest.Step {
    private static let type = GoType.structure([
        .always("id", .string), .always("parent", .string), .always("throwaway", .bool),
    ])

    fileprivate init(blob: Digest, compatibility: [UInt8]) throws(PullError.Cause) {
        let json = try GoJSON(parsing: compatibility)
        guard case .object = json else { throw .malformed("v1Compatibility: no object") }
        let read = try Self.type.read(json, over: Self.type.zero, at: "v1Compatibility")
        guard case .string(let id)? = read["id"], case .string(let parent)? = read["parent"],
            case .bool(let isThrownAway)? = read["throwaway"], Digest(algorithm: .sha256, hex: Self.text(id)) != nil
        else { throw .malformed("v1Compatibility: id is no ID") }
        self.init(blob: blob, compatibility: json, id: id, parent: parent, isThrownAway: isThrownAway)
    }

    private static func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }
}
