/// The programs whose verdicts on an archive are foretold.
public enum Engine: String, Hashable, Sendable, CaseIterable {
    /// Docker 20.10.
    case docker2010
    /// Docker 26, with its graphdriver store.
    case docker26
    /// Docker 28, with its graphdriver store.
    case docker28
    /// Docker 29, with its containerd store.
    case docker29
    /// podman 4.
    case podman
}

/// Whether an engine loads an archive: `docker load` or `podman load` ends in success, and an image is there afterwards.
public struct EngineVerdict: Hashable, Sendable {
    /// Who.
    public var engine: Engine
    /// Why not; nil where it loads.
    public var refusal: EngineRefusal?

    /// Joins the two.
    public init(engine: Engine, refusal: EngineRefusal?) { (self.engine, self.refusal) = (engine, refusal) }

    /// Whether it loads.
    public var loads: Bool { refusal == nil }
}

/// Why an engine does not load an archive.
public enum EngineRefusal: Error, Hashable, Sendable {
    /// It is no tar archive, a damaged one, or compressed in a way that the engine cannot undo.
    case unreadable
    /// A member of a kind that the engine does not unpack, or one that leads out of the archive.
    case unacceptableMember(String)
    /// The engine finds no list of images where it looks for one.
    case noManifest
    /// The list is empty.
    case noImage
    /// Something that is named is not there.
    case missing(String)
    /// A document that the engine cannot read.
    case malformed(String)
    /// The configuration has another number of layers.
    case layerCount(layers: Int, diffIDs: Int)
    /// More steps of the history have a layer than there are layers.
    case tooMuchHistory(String)
    /// A layer that the engine cannot inflate, or that holds no tar archive.
    case undecodableLayer(String)
    /// A layer that inflates to other bytes than the configuration says.
    case wrongDiffID(String)
    /// A blob that is not what its digest or size says.
    case wrongContent(String)
    /// The system that the image is made for.
    case otherSystem(String)
    /// A name that is none.
    case invalidName(String)
    /// Several images, of which the engine cannot choose one.
    case ambiguous
}
