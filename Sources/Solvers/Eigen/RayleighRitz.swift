// SPDX-License-Identifier: Apache-2.0
// Makes the best orthonormal eigenpairs out of nearly good ones.

internal import MPI
internal import SLEPc

/// The Rayleigh–Ritz procedure on a few distributed vectors.
enum RayleighRitz {
    /// Orthonormalises vectors, diagonalises the operator in their span and rotates them accordingly.
    ///
    /// Collective.
    ///
    /// - Returns: The values, ascending; the vectors are in the same order.
    static func refine(_ matrix: borrowing DistributedMatrix, _ vectors: VectorSet) throws -> [Double] {
        try orthonormalise(vectors)
        let count = vectors.count
        var projected: [Double] = []
        try matrix.withVectors { scratch in
            let product = try scratch.add()
            for index in 0..<count {
                try matrix.multiply(vectors[index], into: product)
                projected += try vectors.dots(with: product, first: count)
            }
        }
        let communicator = matrix.communicator
        let pairs = try communicator.agree {
            try DenseSymmetricMatrix(dimension: count, entries: projected).allEigenpairs()
        }
        // Sums may differ in the last bit from rank to rank, and a degenerate basis with them: one rank decides.
        let values = try communicator.broadcast(pairs.values)
        let rotation = try communicator.broadcast(pairs.vectors)
        try matrix.withVectors { rotated in
            for index in 0..<count {
                let column = Array(rotation[index * count..<(index + 1) * count])
                try vectors.addCombination(column, to: rotated.add())
            }
            vectors.swap(with: rotated)
        }
        return values
    }

    /// Gram–Schmidt, every vector twice ("twice is enough": Giraud, Langou and Rozložník, 2005).
    private static func orthonormalise(_ vectors: VectorSet) throws {
        for index in 0..<vectors.count {
            let vector = vectors[index]
            let before = try vectors.norm(vector)
            for _ in 0..<2 {
                let overlaps = try vectors.dots(with: vector, first: index)
                try vectors.addCombination(overlaps.map { -$0 }, to: vector)
            }
            let after = try vectors.norm(vector)
            guard after > 1e-6 * before else {
                throw SolverError(.verificationFailed, "vector \(index) of the pairs depends on those before it")
            }
            try vectors.scale(vector, by: 1 / after)
        }
    }
}
