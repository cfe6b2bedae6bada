import Diagnosis
import LabNet
import Testing

@testable import docker_tar_lab

@Suite struct WhereaboutsTests {
    @Test func resolversAreReadFromTheirLines() {
        let text = """
            # nameserver 192.0.2.1
            search example.com
            nameserver 192.0.2.2
            nameserver\tfe80::1%eth0
              nameserver 2001:db8::53  # and a comment
            nameserver
            nameserver none
            options edns0
            """
        let found = Whereabouts.resolvers(in: text)
        #expect(found == Set(["192.0.2.2", "fe80::1", "2001:db8::53"].compactMap { IPAddress($0) }))
    }

    @Test func thisMachineHasItsLoopbackAddress() {
        var surroundings = docker_tar_lab.Surroundings.machine
        surroundings.read = { _ in nil }
        let whereabouts = Whereabouts(reading: surroundings)
        #expect(whereabouts.addresses.contains { $0.isLoopback })
        #expect(whereabouts.resolvers.isEmpty)
    }
}
