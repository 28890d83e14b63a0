package io.pikareplica.repl.net;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.UnsafeByteOperations;
import com.google.protobuf.WireFormat;
import java.io.IOException;

/**
 * Counts the fields of a message before it becomes objects: two bytes can become an object of
 * seventy, so a limit on bytes alone does not bound what a frame costs. Used once, by one thread.
 */
final class FieldLimit {
  /** The longest list of a snapshot's files has 200,000 names; no other frame has 2,000 fields. */
  static final int MAX_FIELDS = 250_000;

  /** Fewer bytes cannot hold more fields, so nothing needs to be counted. */
  static final int HARMLESS_BYTES = 2 * MAX_FIELDS;

  private static final int MAX_DEPTH = 100;

  private final CodedInputStream in;
  private int left = MAX_FIELDS;

  private FieldLimit(CodedInputStream in) {
    this.in = in;
  }

  /**
   * Whether a message has no more fields than any of Pika's, those of its parts included.
   *
   * @throws IOException if the bytes are no such message
   */
  static boolean holds(byte[] bytes, int length, Descriptor type) throws IOException {
    if (length <= HARMLESS_BYTES) {
      return true;
    }
    FieldLimit limit =
        new FieldLimit(UnsafeByteOperations.unsafeWrap(bytes, 0, length).newCodedInput());
    limit.count(type, 0, 0);
    return limit.left >= 0;
  }

  /**
   * Counts up to the end of a part, or until there are too many.
   *
   * @param endTag of the group that is counted; 0 for a message
   */
  private void count(Descriptor type, int endTag, int depth) throws IOException {
    if (depth > MAX_DEPTH) {
      throw new IOException("nested too deeply");
    }
    int tag = in.readTag();
    while (tag != endTag && tag != 0 && --left >= 0) {
      int number = WireFormat.getTagFieldNumber(tag);
      FieldDescriptor field = type.findFieldByNumber(number);
      int wireType = WireFormat.getTagWireType(tag);
      if (wireType == WireFormat.WIRETYPE_START_GROUP) {
        count(type, number << 3 | WireFormat.WIRETYPE_END_GROUP, depth + 1);
      } else if (wireType == WireFormat.WIRETYPE_LENGTH_DELIMITED
          && field != null
          && field.getJavaType() == FieldDescriptor.JavaType.MESSAGE) {
        int outer = in.pushLimit(in.readRawVarint32());
        count(field.getMessageType(), 0, depth + 1);
        in.popLimit(outer);
      } else if (!in.skipField(tag)) {
        throw new IOException("a group ends that did not begin");
      }
      tag = left >= 0 ? in.readTag() : 0;
    }
  }
}
