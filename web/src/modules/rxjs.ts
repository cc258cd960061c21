/** RxJS for programs of the page. */
export * from 'rxjs';
