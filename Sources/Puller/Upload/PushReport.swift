/// What a push reports while it runs.
public enum PushEvent: Hashable, Sendable {
    /// An image's turn has come: its name at the destination, and its blobs in the order of the numbers below.
    case planned(ImageReference, blobs: [Descriptor])
    /// So many bytes of a blob have been sent; fewer than before where it is sent again.
    case sent(blob: Int, bytes: Int64)
    /// A blob is at the destination, or is left out.
    case settled(blob: Int, BlobArrival)
    /// A blob, or a part of it, is sent again after this error; counts from 1.
    case retrying(blob: Int, attempt: Int, reason: PullError)
    /// The image is at the destination, under its name.
    case pushed(PushedImage)
}

/// How a blob has come to be at the destination.
public enum BlobArrival: Hashable, Sendable {
    /// It was there.
    case present
    /// The registry has taken it over from another repository of its own.
    case mounted(from: String)
    /// It was sent.
    case sent
    /// It is a layer that is not to be distributed, and nobody here has it, or it was not wanted: the manifest names where it
    /// may be had.
    case leftOut
}

/// One image under one name at the destination.
public struct PushedImage: Hashable, Sendable {
    /// The name there.
    public var reference: ImageReference
    /// The digest that the name stands for: that of the index, where the image has all that its index leads to, else that of
    /// its manifest.
    public var digest: Digest
    /// Whether the name stood for it already, so that nothing was asked for or sent.
    public var wasThere = false
    /// How each blob has come there; empty where the name stood for it already.
    public var blobs: [BlobArrival] = []
    /// The manifests and indexes that were sent.
    public var manifestsSent = 0
    /// The bytes of the blobs that were sent.
    public var bytesSent: Int64 = 0

    /// Joins the two; nothing has been sent yet.
    public init(reference: ImageReference, digest: Digest) {
        self.reference = reference
        self.digest = digest
    }
}

/// What a push has done.
public struct PushResult: Hashable, Sendable {
    /// The images, one for each name, in their order.
    public var images: [PushedImage]

    /// As it says.
    public init(images: [PushedImage]) { self.images = images }
}
