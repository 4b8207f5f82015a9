// SPDX-License-Identifier: Apache-2.0
// What errors say, and the errors that need no second process.

import Foundation
import Testing

@testable import MPI

@Suite(.timeLimit(.minutes(1)))
struct MPIErrorTests {
    @Test func descriptionNamesThePlace() {
        let error = MPIError(
            .truncate, "too long", operation: "receive", communicator: "world", rank: 2, peer: 1, tag: 7,
            libraryText: "MPI_ERR_TRUNCATE")
        #expect(
            error.description
                == "truncate (receive, on communicator 'world', rank 2, peer or root 1, tag 7): too long "
                + "[MPI says: MPI_ERR_TRUNCATE]")
        #expect(MPIError(.closed, "gone").description == "closed: gone")
        #expect(MPIError.Code(errorClass: 51).description == "MPI error class 51")
    }

    @Test func travelsBetweenProcesses() throws {
        let error = MPIError(.abandoned, "over", operation: "barrier", communicator: "gang", rank: 3)
        let copy = try JSONDecoder().decode(MPIError.self, from: JSONEncoder().encode(error))
        #expect(copy == error)
    }

    @Test func errorsCanBeMadeBeforeTheStart() {
        #expect(MPIError.errorClass(of: 15) == .internal)
        #expect(MPIError.text(of: 15) == "code 15")
    }

    @Test func mpiMustBeStartedFirst() async {
        let error = await Task(executorPreference: MPIThread.shared) { () -> (any Error)? in
            do {
                _ = try Communicator.world()
                return nil
            } catch {
                return error
            }
        }.value
        #expect((error as? MPIError)?.code == .notInitialized)
    }

    @Test func mpiIsStartedOnItsThreadOnly() {
        #expect {
            try MPIThread.shared.runInitialize()
        } throws: { error in
            (error as? MPIError)?.code == .wrongThread && "\(error)".contains("MPIThread.shared")
        }
    }
}
