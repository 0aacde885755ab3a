/** A base image for machines that do not reach Docker Hub, made from Debian's packages. */
@NullMarked
package dev.brickyard.yard.base;

import org.jspecify.annotations.NullMarked;
