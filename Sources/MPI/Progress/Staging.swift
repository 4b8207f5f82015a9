// SPDX-License-Identifier: Apache-2.0
// Memory that belongs to an operation, not to its caller, for as long as MPI may touch it.

internal import CMPI

/// The buffers of one MPI request at a time.
///
/// MPI reads and writes these buffers only, never the caller's memory. When an operation is abandoned its request can't
/// be taken back (MPI has no cancel for collective operations), and the library may still write to the buffers
/// when it makes progress for somebody else: they are then leaked on purpose. This is the proof that no abandoned
/// operation writes to freed memory: `deinit` frees the buffers only if no request is in flight, and a request is in
/// flight from the call that starts it until `MPI_Test` has said that it is complete.
final class Staging {
    /// What MPI reads.
    let send: UnsafeMutableRawBufferPointer
    /// What MPI writes.
    let receive: UnsafeMutableRawBufferPointer
    /// Counts and displacements, which MPI may read until the request is complete.
    let integers: UnsafeMutableBufferPointer<Int32>
    private var request: MPI_Request?
    private(set) var isInFlight = false

    /// Allocates the buffers; their contents are undefined.
    init(sendByteCount: Int = 0, receiveByteCount: Int = 0, integerCount: Int = 0) {
        // The addresses must be usable where the counts are zero: some MPI calls look at them nevertheless.
        send = .allocate(byteCount: max(1, sendByteCount), alignment: 64)
        receive = .allocate(byteCount: max(1, receiveByteCount), alignment: 64)
        integers = .allocate(capacity: integerCount)
        integers.initialize(repeating: 0)
    }

    deinit {
        guard !isInFlight else { return }
        send.deallocate()
        receive.deallocate()
        integers.deallocate()
    }

    /// Starts a request on the buffers.
    ///
    /// - Parameter call: the MPI call; it stores the request and returns MPI's code.
    func start(_ operation: Operation, _ call: (inout MPI_Request?) -> Int32) throws(MPIError) {
        precondition(!isInFlight, "one request at a time: \(operation.name) started a second one on the same buffers")
        request = nil
        // A call that fails may have begun something: the flag goes up first and stays up on failure.
        isInFlight = true
        try operation.check(call(&request))
    }

    /// Whether the request is complete; true as well where none was started.
    ///
    /// Does not wait.
    func test(_ operation: Operation) throws(MPIError) -> Bool {
        guard isInFlight else { return true }
        var isComplete = false
        let code = CMPI_test(&request, &isComplete)
        if code != MPI_SUCCESS {
            // A collective operation that failed half-way leaves the communicator in an unknown state.
            operation.abandonment.raise(because: "\(operation.name) failed: \(MPIError.text(of: code))")
        }
        try operation.check(code)
        isInFlight = !isComplete
        return isComplete
    }

    /// Starts a request and waits until it is complete.
    func perform(
        _ operation: Operation, byteCount: Int, _ call: (inout MPI_Request?) -> Int32
    ) throws(MPIError) {
        try start(operation, call)
        try operation.wait(byteCount: byteCount) { () throws(MPIError) -> Progress in
            try test(operation) ? .complete : .none
        }
    }
}
