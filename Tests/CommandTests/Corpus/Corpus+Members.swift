import Foundation

@testable import Puller

/// What members an archive has.
extension Corpus {
    // MARK: Members

    static let members: [Case] = [
        one("member-superfluous", classic) { archive, _ in archive.file("readme", "hello") },
        one("member-dot-slash", classic) { archive, _ in
            for place in archive.members.indices { archive.members[place].path = "./" + archive.members[place].path }
        },
        one("docker-member-dot-slash", docker) { archive, _ in
            for place in archive.members.indices { archive.members[place].path = "./" + archive.members[place].path }
        },
        one("member-absolute", classic) { archive, _ in
            for place in archive.members.indices { archive.members[place].path = "/" + archive.members[place].path }
        },
        one("docker-member-absolute", docker) { archive, _ in
            for place in archive.members.indices { archive.members[place].path = "/" + archive.members[place].path }
        },
        one("member-outside", classic) { archive, _ in archive.file("../corpus-evil", "evil") },
        one("member-detour", classic) { archive, _ in archive.rename("manifest.json", to: "a/../manifest.json") },
        one("member-fifo", classic) { archive, _ in archive.link("pipe", to: "", type: "6") },
        one("member-device", classic) { archive, _ in archive.link("null", to: "", type: "3") },
        one("member-unknown-type", classic) { archive, _ in archive.link("what", to: "", type: "Q") },
        one("member-contiguous", classic) { archive, _ in archive.link("what", to: "", type: "7") },
        one("docker-member-unknown-type", docker) { archive, _ in archive.link("what", to: "", type: "Q") },
        one("member-hard-linked-layer", classic) { archive, image in
            archive.rename(image.layer(1), to: "elsewhere")
            archive.link(image.layer(1), to: "elsewhere", type: "1")
        },
        one("member-hard-link-to-nothing", classic) { archive, _ in archive.link("hard", to: "nothing", type: "1") },
        one("member-hard-link-outside", classic) { archive, _ in
            archive.link("hard", to: "../../../etc/passwd", type: "1")
        },
        one("docker-member-hard-linked-layer", docker) { archive, image in
            let name = CorpusImage.blob(image.stored[1])
            archive.rename(name, to: "elsewhere")
            archive.link(name, to: "elsewhere", type: "1")
        },
        one("member-linked-layer", classic) { archive, image in
            archive.rename(image.layer(1), to: "elsewhere")
            archive.link(image.layer(1), to: "../elsewhere")
        },
        one("docker-member-linked-layer", docker) { archive, image in
            let name = CorpusImage.blob(image.stored[1])
            archive.rename(name, to: "elsewhere")
            archive.link(name, to: "../../elsewhere")
        },
        one("member-twice-linked-layer", classic) { archive, image in
            archive.rename(image.layer(1), to: "elsewhere")
            archive.link("between", to: "elsewhere")
            archive.link(image.layer(1), to: "../between")
        },
        one("member-absolutely-linked-layer", classic) { archive, image in
            archive.rename(image.layer(1), to: "elsewhere")
            archive.link(image.layer(1), to: "/elsewhere")
        },
        one("member-link-loop", classic) { archive, image in
            archive.remove(image.layer(1))
            archive.link(image.layer(1), to: "../loop")
            archive.link("loop", to: image.layer(1))
        },
        one("member-link-outside", classic) { archive, image in
            archive.remove(image.layer(1))
            archive.link(image.layer(1), to: "../../../../../etc/passwd")
        },
        one("member-superfluous-link-outside", classic) { archive, _ in
            archive.link("out", to: "../../../../../etc/passwd")
        },
        one("member-dangling-link", classic) { archive, _ in archive.link("dangling", to: "nowhere") },
        one("podman-member-dangling-link", CorpusImage.podman) { archive, _ in archive.link("dangling", to: "nowhere")
        },
        one("member-linked-manifest", classic) { archive, _ in
            archive.rename("manifest.json", to: "other.json")
            archive.link("manifest.json", to: "other.json")
        },
        one("member-linked-config", classic) { archive, image in
            archive.rename(image.configDigest + ".json", to: "other.json")
            archive.link(image.configDigest + ".json", to: "other.json")
        },
        one("member-folder-for-layer", classic) { archive, image in
            archive.remove(image.layer(1))
            archive.folder(image.layer(1) + "/")
        },
        one("member-manifest-twice-last-bad", classic) { archive, _ in archive.file("manifest.json", "{") },
        one("member-manifest-twice-first-bad", classic) { archive, _ in
            archive.members.insert(.init(path: "manifest.json", content: bytes("{")), at: 0)
        },
        one("member-layer-twice-last-bad", classic) { archive, image in archive.file(image.layer(1), "bad") },
        one("member-layer-twice-first-bad", classic) { archive, image in
            archive.members.insert(.init(path: image.layer(1), content: bytes("bad")), at: 0)
        },
        one("docker-member-layer-twice-last-bad", docker) { archive, image in
            archive.file(CorpusImage.blob(image.stored[1]), "bad")
        },
        one("docker-member-layer-twice-first-bad", docker) { archive, image in
            archive.members.insert(.init(path: CorpusImage.blob(image.stored[1]), content: bytes("bad")), at: 0)
        },
        one("member-without-folders", classic) { archive, _ in archive.members.removeAll { $0.type == "5" } },
    ]
}
