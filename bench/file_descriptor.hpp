// A file descriptor that its owner closes, and the limit on the number of open files.
#pragma once

namespace notifyd::bench {

class FileDescriptor {
  public:
    explicit FileDescriptor(int number) : number_(number) {}
    FileDescriptor(FileDescriptor&& other) noexcept : number_(other.number_) { other.number_ = -1; }
    FileDescriptor& operator=(FileDescriptor&&) = delete;
    FileDescriptor(const FileDescriptor&) = delete;
    FileDescriptor& operator=(const FileDescriptor&) = delete;
    ~FileDescriptor();

    int number() const { return number_; }

  private:
    int number_;
};

// Raises the limit on open files to the maximum that the system allows this process.
void raise_descriptor_limit();

}  // namespace notifyd::bench
