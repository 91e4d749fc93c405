// A file descriptor that is closed with its owner; and the system's limit on how many there may be.
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

// As many open files as the system lets this process have.
void raise_descriptor_limit();

}  // namespace notifyd::bench
