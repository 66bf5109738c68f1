import Testing

@testable import GatehousePolicy

@Suite struct HashRingTests {
    /// SRV records carry weights up to 65,535, and 160 points a unit would be millions of them.
    @Test(arguments: [
        ([3, 1], [3, 1]),
        ([0, 2], [1, 2]),
        ([8000, 192], [8000, 192]),
        ([65535, 65535], [4095, 4095]),
        ([65535, 0], [8191, 1]),
    ])
    func `weights beyond what a ring holds keep their proportions`(weights: [Int], shares: [Int]) {
        #expect(HashRing.shares(of: weights) == shares)
    }
}
